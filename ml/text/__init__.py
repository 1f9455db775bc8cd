"""What contents say: sentiment, topics and their tendency, learned from text and image."""
