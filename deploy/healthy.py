"""Ends with 0 if an address answers and, with a component of Airflow's named, that one is well.

    python healthy.py http://api-server:8080/api/v2/monitor/health scheduler

It imports nothing heavy, because it runs every half minute.
"""

import json
import sys
import urllib.error
import urllib.request


def main() -> int:
    """Ask, and say."""
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=8) as answer:
            told = answer.read()
    except urllib.error.HTTPError as error:  # it refuses a stranger, so it is up
        return int(error.code >= 500)
    except OSError:
        return 1
    return int(any(json.loads(told)[part]["status"] != "healthy" for part in sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
