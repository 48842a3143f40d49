"""Makes recurrence-cases.json: what python-dateutil's rrule and Python's zoneinfo say, for recurrence.test.ts to compare with.

Run it again with `python3 recurrence-cases.py > recurrence-cases.json` after changing it (needs python-dateutil).
"""
import json
import random
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, rrule

random.seed(20260301)
# Sunday is 0 in Roost, Monday in dateutil.
WEEKDAY = lambda day: (day - 1) % 7
# Days on which something is odd there: clocks that change (some at midnight), a day that never was, leap days, ends of months and years.
PLACES = {
    "Africa/Cairo": ["2024-04-26", "2024-10-31", "2025-04-25", "2025-10-31", "2024-02-29"],
    "Asia/Beirut": ["2024-03-31", "2024-10-27", "2025-03-30"],
    "America/Sao_Paulo": ["2017-10-15", "2018-02-18", "2018-11-04", "2019-02-17"],
    "America/New_York": ["2024-03-10", "2024-11-03", "2023-12-31", "2024-01-31"],
    "Europe/London": ["2024-03-31", "2024-10-27", "2025-01-30", "2028-02-29"],
    "Australia/Lord_Howe": ["2024-04-07", "2024-10-06"],
    "Pacific/Apia": ["2011-12-29", "2011-12-31", "2012-01-01"],
    "America/Santiago": ["2023-09-03", "2024-04-07", "2024-09-08"],
    "Asia/Riyadh": ["2024-02-28", "2024-12-31", "2025-02-28", "2100-02-28"],
    "Asia/Kathmandu": ["2024-06-30"],
    "UTC": ["2024-02-29", "2000-02-29", "2023-02-28"],
}
RULES = [
    {"kind": "once"},
    {"kind": "daily", "from": "due"},
    {"kind": "daily", "from": "completion"},
    {"kind": "weekdays", "days": [1, 2, 3, 4, 5], "from": "due"},
    {"kind": "weekdays", "days": [0, 1, 2, 3, 4], "from": "due"},
    {"kind": "weekdays", "days": [6], "from": "completion"},
    {"kind": "every-n-days", "every": 3, "from": "due"},
    {"kind": "every-n-days", "every": 14, "from": "due"},
    {"kind": "every-n-days", "every": 10, "from": "completion"},
    {"kind": "monthly", "day": 1, "from": "due"},
    {"kind": "monthly", "day": 29, "from": "due"},
    {"kind": "monthly", "day": 30, "from": "due"},
    {"kind": "monthly", "day": 31, "from": "due"},
    {"kind": "monthly", "day": 15, "from": "completion"},
]


def expected(rule, due, done):
    if rule["kind"] == "once":
        return None
    start = datetime.combine(due, time())
    day = datetime.combine(done, time())
    if rule["from"] == "completion":
        found = {
            "daily": lambda: max(start, day) + relativedelta(days=1),
            "weekdays": lambda: rrule(DAILY, dtstart=start, byweekday=[WEEKDAY(d) for d in rule["days"]]).after(max(start, day)),
            "every-n-days": lambda: day + relativedelta(days=rule["every"]),
            "monthly": lambda: day + relativedelta(months=1),
        }[rule["kind"]]()
        return max(found.date(), due + timedelta(days=1))
    after = max(start, day)
    series = {
        "daily": lambda: rrule(DAILY, dtstart=start),
        "weekdays": lambda: rrule(DAILY, dtstart=start, byweekday=[WEEKDAY(d) for d in rule["days"]]),
        "every-n-days": lambda: rrule(DAILY, dtstart=start, interval=rule["every"]),
        # The last of the days up to the wanted one that the month has.
        "monthly": lambda: rrule(MONTHLY, dtstart=start, bymonthday=list(range(min(28, rule["day"]), rule["day"] + 1)), bysetpos=-1)
        if rule["day"] > 28
        else rrule(MONTHLY, dtstart=start, bymonthday=rule["day"]),
    }[rule["kind"]]()
    return series.after(after).date()


def start_of(zone, day):
    """The first instant of a date, by looking at every minute around it."""
    at = datetime.combine(day, time(), timezone.utc) - timedelta(hours=30)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=15)
    at -= timedelta(minutes=15)
    while at.astimezone(zone).date() < day:
        at += timedelta(minutes=1)
    return at


ms = lambda instant: int(instant.timestamp() * 1000)
recurrences, starts = [], []
for name, days in PLACES.items():
    zone = ZoneInfo(name)
    for text in days:
        day = date.fromisoformat(text)
        starts.append([name, text, ms(start_of(zone, day))])
        for rule in RULES:
            late = random.choice([0, 0, 1, 2, 5, 40])
            due = day - timedelta(days=late)
            # The first and the last minute of the day, and some in between.
            begin, end = start_of(zone, day), start_of(zone, day + timedelta(days=1))
            instant = random.choice([begin, end - timedelta(minutes=1), begin + timedelta(minutes=random.randrange(1, 1300))])
            done = instant.astimezone(zone).date()
            # Now and then done before it was due.
            if random.random() < 0.1:
                due = done + timedelta(days=random.choice([1, 3]))
            following = expected(rule, due, done)
            recurrences.append([name, rule, due.isoformat(), ms(instant), done.isoformat(), following and following.isoformat()])

print("{")
print('  "source": "recurrence-cases.py: python-dateutil rrule and relativedelta, zoneinfo",')
print('  "recurrences": [\n    ' + ",\n    ".join(json.dumps(case) for case in recurrences) + "\n  ],")
print('  "starts": [\n    ' + ",\n    ".join(json.dumps(case) for case in starts) + "\n  ]\n}")
