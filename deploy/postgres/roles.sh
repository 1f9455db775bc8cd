#!/usr/bin/env bash
# What the server holds before anything is in it: one account and one database for each that needs
# them, and the group of those who only read. PostgreSQL's image runs it once, on an empty volume.
set -euo pipefail

psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v airflow="$AIRFLOW_DB_PASSWORD" -v mlflow="$MLFLOW_DB_PASSWORD" \
    -v townsquare="$TOWNSQUARE_DB_PASSWORD" <<'SQL'
create role airflow login password :'airflow';
create role mlflow login password :'mlflow';
create role townsquare login password :'townsquare';
create role analyst nologin;
create database airflow owner airflow;
create database mlflow owner mlflow;
alter database serving owner to townsquare;
revoke connect on database postgres, template1, airflow, mlflow, serving from public;
SQL
