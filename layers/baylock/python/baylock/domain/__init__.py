"""The rules: frozen values and plain functions, standard library only, no clock and no I/O."""
