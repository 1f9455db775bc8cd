"""Learners about people: the groups that they fall into."""
