"""The agent beside a parking lock, which keeps the barrier as its device shadow desires.

It shares no code with the cloud side: the named shadow `lock` is the whole interface, as it
would be for firmware. Reading order: `shadow` (the documents), `decide` (the decision on one),
`agent` (one lock), `link` (MQTT), `fleet` (many locks in one process), `command` (the program).
"""
