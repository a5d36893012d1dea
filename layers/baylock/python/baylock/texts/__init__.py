"""Text messages: `reading` says what a text means, `writing` renders what we answer.

`languages` has a folder for each language: the words that people write, and the templates.
"""
