"""Learners: what is learned between staging and the marts, a pair of files each."""

from ml.learners._days import Days
from ml.learners._declaration import Learner, load_all
from ml.learners._run import NotAvailableError, Run
from ml.learners._running import DATES, enrich

__all__ = ["DATES", "Days", "Learner", "NotAvailableError", "Run", "enrich", "load_all"]
