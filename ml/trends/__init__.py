"""What is rising: counts of distinct accounts beside what was to be expected of them."""
