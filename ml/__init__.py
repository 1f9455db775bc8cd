"""Learning from data: one declaration per score; frames in and scores out, both as Parquet."""

import os

# LightGBM's threads wait for each other thousands of times. Where another process wants the same
# cores, waiting by spinning made a fit 13 times slower; this is read when its library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
