"""Reading what the people of a mall see."""
