"""What the processes that run Airflow's tasks are made of."""
