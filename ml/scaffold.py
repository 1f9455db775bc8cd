"""Writes the three files of a new score, with TODOs where only a person can decide."""

import re
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.settings import DBT_PROJECT, SCORES

_DECLARATION = """\
question: TODO In one sentence - will this user ... in the next 28 days?
owner: TODO the team that acts on it
frame: frame_{name}
grain: [user_id, as_of_date]
label: is_{name}_next_28d  # the horizon, 28 days, is read from here
features:  # an allow-list; dbt_project/models/features/ describes what there is
  - days_since_activity
  - days_since_registration
  - n_active_days_28d
  - n_active_days_90d
split: {{train_days: 364, valid_days: 7, judge_days: 1}}  # the gap is always the horizon
model: {{kind: lightgbm_binary, params: {{num_leaves: 15, learning_rate: 0.05}}, rounds: 400}}
gates: {{min_rows: 2000, min_positives: 100, min_lift: 1.5, max_calibration_error: 0.05}}
bands: {{high: 0.5, medium: 0.2}}  # TODO probabilities at which somebody does something else
retrain_days: 7
expires_days: 7
limits:
  - TODO Whom or what it must not be used for.
"""

_FRAME = """\
-- One row per user and as_of_date TODO who is in: will TODO what is to be predicted?
{{%- set horizon_days = 28 %}}
with

feat as (
    select * from {{{{ ref('feat_users') }}}}
    where days_since_activity <= 90
),

days as (
    select * from {{{{ ref('int_user_days_known') }}}}
    where n_posts > 0
),

outcomes as (
    select
        feat.user_id,
        feat.as_of_date
    from feat
    inner join days
        on
            feat.user_id = days.user_id
            and days.activity_date >= feat.as_of_date
            and days.activity_date < {{{{ add_days('feat.as_of_date', horizon_days) }}}}
    group by feat.user_id, feat.as_of_date
)

select
    feat.*,
    {{{{ known_after('outcomes.user_id is not null', 'feat.as_of_date', horizon_days) }}}}
        as is_{name}_next_{{{{ horizon_days }}}}d
from feat
left join outcomes
    on
        feat.user_id = outcomes.user_id
        and feat.as_of_date = outcomes.as_of_date
"""

_FRAME_YML = """\
models:
  - name: frame_{name}
    description: One row per user and as_of_date TODO who is in.
    data_tests:
      - unique_combination_of_columns:
          arguments:
            combination_of_columns: [user_id, as_of_date]
    columns:
      - name: user_id
        description: The user.
        data_tests: [not_null]

      - name: as_of_date
        description: Features are known strictly before this date; the outcome starts at it.
        data_tests: [not_null]

      - name: is_{name}_next_28d
        description: TODO What happened in the 28 days from as_of_date; null until they are over.
"""


def new_score(name: str, scores: Path = SCORES, dbt_project: Path = DBT_PROJECT) -> list[Path]:
    """Write the declaration, the frame and its yml; a file that is there already stops it."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise TownsquareError(
            f"{name!r} is no name for a score; take a singular noun like spam_report."
        )
    frames = dbt_project / "models" / "frames"
    texts = {
        scores / f"{name}.yml": _DECLARATION,
        frames / f"frame_{name}.sql": _FRAME,
        frames / f"frame_{name}.yml": _FRAME_YML,
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise TownsquareError(f"{there[0]} is there already; take another name or delete it.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name), encoding="utf-8")
    return list(texts)
