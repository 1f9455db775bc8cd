-- One row per event date that learners must do again in this run; a full build names none.
with

dates as (select * from {{ ref('int_rebuild_dates') }})

select event_date as rebuilt_date
from dates
where event_date < {{ as_of() }}
