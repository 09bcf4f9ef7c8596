//! Numbers, conversions, dates.

pub(super) const TABLE: super::Table = &[
    // Numbers and conversions.
    (
        &[
            "toString",
            "str",
            "to_string",
            "String",
            "String.valueOf",
            "strval",
            "cstr",
            "text",
        ],
        "string(x)",
    ),
    (
        &[
            "parseInt",
            "toInt",
            "Number",
            "intval",
            "to_i",
            "Number.parseInt",
            "Integer.parseInt",
            "cint",
            "integer",
        ],
        "int(text)",
    ),
    (
        &[
            "parseFloat",
            "float",
            "toFloat",
            "floatval",
            "to_f",
            "double",
            "Number.parseFloat",
            "number",
            "toNumber",
            "Decimal",
        ],
        "decimal(text)",
    ),
    (&["toBool", "Boolean", "parseBool", "to_bool"], "bool(text)"),
    (
        &[
            "toFixed",
            "number_format",
            "numberFormat",
            "toLocaleString",
            "toPrecision",
        ],
        "round(x, 2), or format_number(x, 2) for people to read",
    ),
    (&["Math.round", "rounded", "roundTo"], "round(x)"),
    (
        &["Math.floor", "Math.trunc", "trunc", "truncateNumber"],
        "floor(x)",
    ),
    (&["Math.ceil", "ceiling"], "ceil(x)"),
    (&["Math.abs", "absolute"], "abs(x)"),
    (&["Math.max"], "greatest(a, b), or max(xs)"),
    (&["Math.min"], "least(a, b), or min(xs)"),
    (&["modulo", "remainder", "fmod", "rem"], "mod(a, b)"),
    (
        &["pow", "power", "Math.pow", "sqrt", "Math.sqrt"],
        "there are no powers and roots; x * x is a square",
    ),
    (&["between", "inRange"], "x >= low and x <= high"),
    (
        &["typeof", "type", "gettype", "isinstance"],
        "types are known before anything runs: no value has to be asked for its own",
    ),
    // Dates.
    (
        &[
            "Date.now",
            "moment",
            "today",
            "getdate",
            "time.time",
            "datetime.now",
            "current_timestamp",
            "sysdate",
            "DateTime.now",
            "LocalDate.now",
        ],
        "now(), or date(now()) for the day",
    ),
    (
        &[
            "strftime",
            "formatDate",
            "format_date",
            "dateFormat",
            "date_format",
            "toISOString",
            "to_char",
            "isoformat",
        ],
        "format(x, \"%d.%m.%Y %H:%M\")",
    ),
    (
        &[
            "strptime",
            "parse_datetime",
            "parseDate",
            "parse_date",
            "Date.parse",
            "to_date",
            "strtotime",
            "toDateTime",
            "parseDateTime",
            "to_timestamp",
        ],
        "datetime(text, \"%d.%m.%Y %H:%M\"), or date(text, \"%d.%m.%Y\")",
    ),
    (
        &[
            "addDays", "plusDays", "date_add", "dateadd", "addDay", "add_day",
        ],
        "add_days(x, 7), or x + 2h",
    ),
    (
        &["addMonths", "plusMonths", "edate", "addYears", "add_years"],
        "add_months(x, 1)",
    ),
    (
        &[
            "addHours",
            "addMinutes",
            "add_hours",
            "add_minutes",
            "timedelta",
        ],
        "x + 2h30m",
    ),
    (
        &[
            "diffDays",
            "datediff",
            "date_diff",
            "differenceInDays",
            "diff",
            "date_between",
        ],
        "days_between(a, b), or a - b for a duration",
    ),
    (&["age", "years"], "years_between(birthday, date(now()))"),
    (
        &["startOfDay", "date_trunc", "startOf"],
        "start_of_day(x), start_of_week(x), start_of_month(x)",
    ),
    (&["endOfMonth", "last_day", "eomonth"], "end_of_month(x)"),
    (
        &["dayOfWeek", "getDay", "isoweekday", "day_of_week"],
        "weekday(x)",
    ),
    (&["getHours", "getHour"], "hour(x)"),
    (&["getFullYear"], "year(x)"),
    (&["getMonth"], "month(x)"),
    (
        &[
            "tz",
            "toTimeZone",
            "setTimezone",
            "astimezone",
            "to_timezone",
            "withZone",
        ],
        "in_zone(x, \"Europe/Moscow\")",
    ),
    (
        &["getTime", "timestamp", "unix", "to_unix", "epoch"],
        "epoch_ms(x), or epoch_s(x)",
    ),
    (
        &["from_unix", "fromTimestamp", "from_unixtime", "fromEpoch"],
        "from_epoch_s(n), or from_epoch_ms(n)",
    ),
    (
        &["sleep", "wait", "delay", "setTimeout"],
        "a rule does not wait; a later moment is a rule of its own: cron or every",
    ),
];
