//! Encodings, hashes, phones, and what programs do to the world.

pub(super) const TABLE: super::Table = &[
    // Encodings and hashes.
    (
        &[
            "JSON.stringify",
            "json_encode",
            "to_json",
            "toJson",
            "dumps",
            "json.dumps",
        ],
        "json_text(x)",
    ),
    (
        &[
            "JSON.parse",
            "json_decode",
            "from_json",
            "fromJson",
            "loads",
            "json.loads",
            "parseJson",
            "parse_json",
        ],
        "json_parse(text)",
    ),
    (
        &["btoa", "base64", "b64encode", "to_base64", "toBase64"],
        "base64_encode(text)",
    ),
    (
        &["atob", "b64decode", "from_base64", "fromBase64"],
        "text_of(base64_decode(text))",
    ),
    (
        &[
            "encodeURIComponent",
            "urlencode",
            "rawurlencode",
            "encodeURI",
            "urlEncode",
            "quote",
        ],
        "url_encode(text)",
    ),
    (
        &[
            "decodeURIComponent",
            "urldecode",
            "decodeURI",
            "urlDecode",
            "unquote",
        ],
        "url_decode(text)",
    ),
    (
        &[
            "http_build_query",
            "querystring",
            "toQueryString",
            "build_query",
        ],
        "form_encode({ name: value })",
    ),
    (
        &["parse_str", "parseQuery", "parse_qs"],
        "form_decode(text)",
    ),
    (
        &["bin2hex", "hexlify", "to_hex", "hexdigest", "hex_encode"],
        "hex(data)",
    ),
    (
        &["hex2bin", "unhexlify", "from_hex", "unhex"],
        "hex_decode(text)",
    ),
    (
        &["hmac", "hash_hmac", "createHmac", "hmacSha256"],
        "hex(hmac_sha256(text, key))",
    ),
    (&["sha", "createHash", "digest"], "hex(sha256(text))"),
    (
        &["uuid", "uuid4", "uuidv4", "guid", "randomUUID", "newGuid"],
        "uuid5(\"{order.id}\"): the same text always has the same",
    ),
    (
        &["random", "rand", "Math.random", "randint"],
        "nothing is random, so that a rule can be run again; uuid5(text) or hash(x) tells things apart",
    ),
    // Phones and names.
    (
        &[
            "parsePhone",
            "normalizePhone",
            "normalize_phone",
            "phone",
            "parse_phone",
            "cleanPhone",
        ],
        "e164(text, region: \"RU\")",
    ),
    (&["formatPhone", "phoneFormat"], "format_phone(phone)"),
    (
        &["splitName", "parseName", "parse_name", "fullName"],
        "split_name(text)",
    ),
    // Logging and failing.
    (
        &["print", "println", "console.log", "log", "echo", "logger"],
        "nothing is printed; what a run did stands in its history",
    ),
    (
        &["throw", "raise", "error", "die", "abort", "assert"],
        "fail \"why\"",
    ),
    (&["try", "try_catch", "safe"], "f(x) catch other"),
];
