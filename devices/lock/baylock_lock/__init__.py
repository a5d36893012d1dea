"""The agent that runs beside a parking lock and keeps it where its device shadow says.

It shares no code with the cloud side: the named shadow `lock` is the whole interface, as it
would be for firmware. Reading order: `shadow` (the documents), `decide` (what to do about one),
`agent` (one lock), `link` (MQTT), `fleet` (many locks in one process), `command` (the program).
"""
