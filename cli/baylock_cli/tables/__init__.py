"""The output of the commands: tables, CSV and JSON."""
