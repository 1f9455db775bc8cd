"""Learning from data: one declaration per score; frames in and scores out, both as Parquet."""
