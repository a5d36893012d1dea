"""What the people of a mall see of its spaces and orders."""
