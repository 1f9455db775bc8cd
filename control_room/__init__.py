"""What Airflow's UI shows of a home besides Airflow itself: pages over releases, and alerts."""
