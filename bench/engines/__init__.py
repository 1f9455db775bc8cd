"""The engines that bench/pipeline.py sets side by side, each run in a process of its own."""
