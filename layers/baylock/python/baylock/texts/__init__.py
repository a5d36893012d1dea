"""Text messages: what a text means (`grammar`), and what we answer (`messages`).

A language is one file (`en.py`, `zh.py`): its templates, and the words that people write in it.
"""
