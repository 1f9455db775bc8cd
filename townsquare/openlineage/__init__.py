"""OpenLineage events of runs: whether they are told, where to, and by whom.

Airflow's own provider tells of DAG runs and tasks, and `tell_build` of each dbt model, as a child
of the task that built it. TOWNSQUARE_OPENLINEAGE says where to: `file`, or an endpoint's address.
Without it nothing is told and nothing is loaded.
"""

from townsquare.openlineage._places import NAMESPACE, PARENT, airflow_settings, transport
from townsquare.openlineage._telling import tell_build

__all__ = ["NAMESPACE", "PARENT", "airflow_settings", "tell_build", "transport"]
