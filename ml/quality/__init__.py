"""What a content is worth, apart from how many saw it and whose side it takes."""
