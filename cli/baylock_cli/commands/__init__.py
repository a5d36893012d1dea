"""The commands, by what they are about: options in, words out. What they do is done beside them."""
