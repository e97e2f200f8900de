package io.tracingstack.operator.collector;

import java.util.List;

/**
 * What the preset {@code secrets} looks for, as RE2 expressions.
 *
 * <p>RE2 has no look-around, so a name is told from its neighbours by what follows it: {@code
 * token} is a secret, {@code token_count} is not. Where a secret cannot be told from what is
 * harmless it counts as a secret. What was replaced is replaced by the same when it is met again.
 */
final class SecretPatterns {
  /**
   * A text to find and what to put in its place.
   *
   * @param by may name groups, as in {@code ${1}}
   * @param hints expressions of which one finds something in lower case wherever {@code regex} does
   *     in the original; each begins with a fixed text
   */
  record Replacement(String regex, String by, List<String> hints) {
    Replacement(String regex, String by, String... hints) {
      this(regex, by, List.of(hints));
    }
  }

  /** Stands between key and value where all attributes are one text. */
  static final String AFTER_KEY = "\001";

  /** Stands between one attribute and the next. */
  static final String AFTER_VALUE = "\002";

  private static final String GONE = Redaction.REPLACEMENT;

  /** After the last word of a key. */
  private static final String KEY_END =
      "(?:[\\W_]*"
          + any("\\d+", "value", "text", "raw", "hash", "header", "string", "data")
          + "|[\\W_]*"
          + any("b64", "base64", "plain", "encoded", "encrypted", "old", "new", "current")
          + "|[\\W_]*"
          + any("confirm", "confirmation", "access")
          + ")*[\\W_]*$";

  private static final String KEY_OF =
      any(
          any("api", "access", "account", "private", "secret", "sign", "signing", "encryption"),
          any("shared", "master", "auth", "subscription", "app", "application", "consumer"),
          any("client", "sas", "ssh", "functions?"));

  /** Keys whose attribute is removed as a whole, whatever its type. */
  static final String KEYS =
      "(?i)"
          + any(
              "pass[\\W_]*(?:word|wd|phrase|code)",
              "credential",
              "cookie",
              "authori[sz]ation(?:[\\W_\\d]|$)",
              KEY_OF + "[\\W_]*key(?:s|id|value|data|base|pair|string)?(?:[\\W_\\d]|$)",
              any("access", "refresh", "auth", "bearer", "session", "csrf", "xsrf", "api", "id")
                  + "[\\W_]*tokens(?:[\\W_\\d]|$)",
              any(
                      "secrets?|token|jwt|pswd",
                      "(?:^|[\\W_])" + any("pwd", "pw", "pass", "psw", "auth", "sid"),
                      "(?-i:[a-z0-9](?:Pwd|Pw|Pass|Auth))",
                      "(?:asp[\\W_]*net[\\W_]*|php|j)sess(?:ion)?[\\W_]*id")
                  + KEY_END);

  /** Keys that {@link #KEYS} takes for a token, and that name a measure or a setting of a model. */
  static final String KEPT_KEYS =
      "(?i)^.*"
          + any("time", "latency", "duration", "speed", "cost", "price", "rate", "seconds", "ms")
          + "[\\w.-]*token$"
          + "|(?i)^(?:.*[\\W_])?"
          + any("max", "min", "eos", "bos", "pad", "unk", "stop", "first", "last", "per", "num")
          + "[\\W_]*(?:input|output|new|prompt|completion)?[\\W_]*token$";

  private static final String TO_KEY_END = "[^\\x01\\x02]*\\x01";

  /** Hints of {@link #KEYS}, in a text with {@link #AFTER_KEY} behind each key. */
  static final List<String> KEY_HINTS =
      List.of(
          "pass" + TO_KEY_END,
          "p(?:wd|sw|swd|w)" + TO_KEY_END,
          "credential" + TO_KEY_END,
          "cookie" + TO_KEY_END,
          "authori[sz]ation" + TO_KEY_END,
          "auth(?:[^a-z]|value|text|raw|hash|header|string|data)",
          "key" + TO_KEY_END,
          "secret" + TO_KEY_END,
          "token(?:\\x01|[^s\\x01\\x02]" + TO_KEY_END + ")",
          "jwt" + TO_KEY_END,
          "sid(?:[^a-z]|value|text|raw|hash|header|string|data)",
          "sess(?:ion)?[\\W_]*id",
          "access[\\W_]*tokens",
          "refresh[\\W_]*tokens",
          "auth[\\W_]*tokens",
          "bearer[\\W_]*tokens",
          "session[\\W_]*tokens",
          "rf[\\W_]*tokens",
          "api[\\W_]*tokens",
          "id[\\W_]*tokens");

  /** What a secret is called inside of a text, such as a body in JSON or a query. */
  private static final String NAME =
      "(?i:"
          + any(
              "(?:pass[-_. ]?(?:word|wd|phrase|code)|credential)[\\w.-]{0,24}",
              "ps?wd|\\b_?(?:pass|pw|auth)|_(?:pass|pw)",
              "secret(?:[-_. ]?(?:access)?[-_. ]?key|[-_. ]?(?:value|string|text))?",
              KEY_OF + "[-_. ]?key(?:s|id|value)?",
              "token(?:[-_. ]?(?:value|\\d{1,2}))?",
              "(?:access|refresh|auth|session)[-_. ]?tokens|jwt",
              "(?:j|php)sess(?:ion)?id|asp\\.net_sessionid|connect\\.sid",
              "saml(?:response|request)|client_assertion|code_verifier")
          + ")";

  private static final String HEADER =
      "(?i:(?:proxy[-_. ]?)?authori[sz]ation|(?:set[-_. ]?)?cookies?)";

  /** A quote as it looks in JSON, in JSON within JSON, in a URL, in HTML. */
  private static final String QUOTE = "(?:\\\\{0,7}[\"']|%2[27]|&quot;|&#3[49];|\\\\{1,4}u002[27])";

  /** Between name and value: {@code =} or {@code :}, in a list of pairs, in a form's part. */
  private static final String ASSIGNS =
      any(
              QUOTE + "?[\\s\\]]*(?:=>|:=|[=:]|%3[aAdD])\\s*",
              QUOTE + "\\s*,\\s*" + QUOTE + "(?i:value)" + QUOTE + "\\s*:\\s*",
              QUOTE + "\\s*,\\s*",
              "\"?\\s*\\r?\\n\\r?\\n")
          + "[bu]?";

  /**
   * A value in quotes, up to its own closing quote, for what is inside may be escaped once more. A
   * group opens and a group closes; what is between goes. A text that was cut off does not close.
   */
  private static final String QUOTED =
      "(\")(?:[^\"\\\\]|\\\\.)*|(')(?:[^'\\\\]|\\\\.|'')*"
          + escaped("\\\\\"")
          + escaped("\\\\{3}\"")
          + escaped("\\\\{7}\"")
          + escaped("\\\\'")
          + escaped("(?:%2[27]|&quot;|&#3[49];|\\\\{1,4}u002[27])")
          + "|[\\[{(][^\\]})]*[\\]})]?";

  private static final String QUOTED_GONE =
      "${1}${2}${3}${4}${6}${8}${10}${12}" + GONE + "${5}${7}${9}${11}${13}";

  /** A value without quotes; a comma ends it only before a blank. */
  private static final String BARE =
      "(?:(?i:bearer|basic|digest|token|negotiate|ntlm|apikey)[\\s:]+)?"
          + "(?:[^\\s\"'&;,<>\\\\%]|,[^\\s\"'&;,<>\\\\]|%[013-9a-fA-F]|%2[^267]"
          + "|\\\\[^nrtbfu\"'\\\\\\s])+";

  /** To the end of the line: cookies and digests have several parts. */
  private static final String BARE_HEADER = "(?:=\\\\*\"[^\"\\\\]*\\\\*\"?|[^\\r\\n\"'\\\\<&])+";

  /**
   * What begins with {@link #QUOTE} and {@link #ASSIGNS} begins with this, quotes escaped or not.
   */
  private static final String HINTS_ASSIGNMENT =
      "(?:[\\\\\"'\\s\\]]|%2[27]|&quot;|&#3[49];|u002[27])*(?:[=:,\\n]|%3[ad])";

  private static final String HINTS_NAME =
      any(
          "pass|pswd|pwd|pw|auth|secret|token|key|credential|jwt|sess|saml|cookie|client|code|connect");

  /** Every text is searched for these, in this order. */
  static final List<Replacement> VALUES =
      List.of(
          new Replacement(
              "(?s)(" + HEADER + ASSIGNS + ")(?:" + QUOTED + "|" + BARE_HEADER + ")",
              QUOTED_GONE,
              "authori[sz]ation" + HINTS_ASSIGNMENT,
              "cookies?" + HINTS_ASSIGNMENT),
          new Replacement(
              "(?s)(" + NAME + ASSIGNS + ")(?:" + QUOTED + "|" + BARE + ")",
              QUOTED_GONE,
              "pass(?:[-_. ]?(?:word|wd|phrase|code)[\\w.-]{0,24})?" + HINTS_ASSIGNMENT,
              "credential[\\w.-]{0,24}" + HINTS_ASSIGNMENT,
              "p(?:s?wd|w)" + HINTS_ASSIGNMENT,
              "auth" + HINTS_ASSIGNMENT,
              "secret(?:[-_. ]?(?:access)?[-_. ]?key|[-_. ]?(?:value|string|text))?"
                  + HINTS_ASSIGNMENT,
              "key(?:s|id|value)?" + HINTS_ASSIGNMENT,
              "token(?:s|[-_. ]?(?:value|\\d{1,2}))?" + HINTS_ASSIGNMENT,
              "jwt" + HINTS_ASSIGNMENT,
              "sess(?:ion)?_?id" + HINTS_ASSIGNMENT,
              "connect.sid" + HINTS_ASSIGNMENT,
              "saml(?:response|request)" + HINTS_ASSIGNMENT,
              "client_assertion" + HINTS_ASSIGNMENT,
              "code_verifier" + HINTS_ASSIGNMENT),
          // <password>, and <string name="password">
          new Replacement(
              "(<[^<>]{0,60}" + any(NAME, HEADER) + "[^<>]{0,120}>)[^<]+",
              "${1}" + GONE,
              "<[^<>]{0,60}" + HINTS_NAME),
          // --password value
          new Replacement(
              "(-{1,2}[\\w.-]*" + NAME + "\\s+[\"']?)[^\\s\"']+",
              "${1}" + GONE,
              "-[\\w.-]*" + HINTS_NAME + "[\\w.-]*\\s"),
          // https://user:password@host, jdbc:oracle:thin:user/password@host
          new Replacement(
              "(://)[^\\s/?#\"'<>\\\\]+(@)", "${1}" + GONE + "${2}", "://[^\\s/?#\"'<>\\\\]+@"),
          new Replacement(
              "(jdbc:oracle:\\w+:)[^\\s/@]+/[^\\s@]*(@)", "${1}" + GONE + "${2}", "jdbc:oracle:"),
          // Parts of a query whose names are too short to mean a secret elsewhere.
          new Replacement(
              "((?:^|[?&;#]|%3[fF]|%26)(?i:"
                  + any(
                      "x-(?:amz|goog)-(?:signature|credential|security-token)",
                      "awsaccesskeyid|googleaccessid|sig|signature",
                      "sid|session|assertion|ticket|otp")
                  + ")(?:=|%3[dD]))[^&#\\s\"'<>\\\\]+",
              "${1}" + GONE,
              "x-amz-",
              "x-goog-",
              "awsaccesskeyid",
              "googleaccessid",
              "s(?:ig|ignature|id|ession)(?:=|%3d)",
              "assertion(?:=|%3d)",
              "ticket(?:=|%3d)",
              "otp(?:=|%3d)"),
          new Replacement(
              "([?&#](?i:code|key)=)[^&#\\s\"'<>\\\\]{16,}",
              "${1}" + GONE,
              "code=\\S{16}",
              "key=\\S{16}"),
          // What is known by its form, wherever it stands.
          new Replacement(
              "(\\b(?i:bearer|basic)\\s+)[\\w.~+/=-]{8,}", "${1}" + GONE, "bearer\\s", "basic\\s"),
          new Replacement(
              any(
                  "eyJ[\\w-]{5,}\\.[\\w-]+(?:\\.[\\w-]*)?",
                  "\\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
                  "\\b(?:gh[pousr]|github_pat|hf|gsk|npm|dop_v1)_\\w{16,}",
                  "\\bgl(?:pat|dt|rt|oas|cbt|ptt)-[\\w-]{16,}",
                  "\\bxox[a-z]-[\\w-]{10,}",
                  "\\b(?:sk|pk|rk)[-_][\\w-]{16,}",
                  "\\b(?:nvapi|tvly|pypi)-[\\w-]{16,}",
                  "\\bAIza[\\w-]{30,}",
                  "\\b(?:ya29|hvs)\\.[\\w-]{16,}",
                  "\\bSG\\.[\\w-]{16,}\\.[\\w-]{16,}",
                  "\\bsha256~[\\w-]{20,}",
                  "-----BEGIN [A-Z ]*PRIVATE KEY(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)"),
              GONE,
              "eyj[\\w-]{5}",
              "a(?:kia|sia)[a-z0-9]{12}",
              "gh[pousr]_\\w{16}",
              "github_pat_",
              "hf_\\w{16}",
              "gsk_\\w{16}",
              "npm_\\w{16}",
              "dop_v1_",
              "gl(?:pat|dt|rt|oas|cbt|ptt)-",
              "xox[a-z]-",
              "k[-_][\\w-]{16}",
              "nvapi-",
              "tvly-",
              "pypi-",
              "aiza[\\w-]{30}",
              "ya29\\.",
              "hvs\\.",
              "sg\\.[\\w-]{16}",
              "sha256~",
              "-----begin "));

  private static final String NAMES_A_SECRET =
      any(
          "passw|passphrase|pwd|secret|token|credential",
          "api_?key|private_?key|access_?key|identified by");

  /** A statement with a column, or a filter, that is likely to hold a secret. */
  static final String SQL_ABOUT_SECRETS =
      "(?is)^\\s*"
          + any(
              "insert|update|select|delete|merge|replace|create|alter|set",
              "with|grant|call|exec|execute|begin|declare|do")
          + "\\b.*"
          + NAMES_A_SECRET;

  /** Which literal belongs to which column is not to be told without a parser: all of them go. */
  static final List<Replacement> SQL_LITERALS =
      List.of(
          new Replacement("'(?:[^'\\\\]|''|\\\\.)*'?", "'" + GONE + "'"),
          new Replacement("([=(,]\\s*)\"(?:[^\"\\\\]|\"\"|\\\\.)*\"?", "${1}\"" + GONE + "\""));

  /** Values that a statement takes, next to the statement. */
  static final String SQL_PARAMETERS =
      "^db\\.(?:statement\\.parameters|(?:query|operation)\\.parameter\\.)";

  /** Commands of Redis that carry a password without a name. */
  static final Replacement REDIS_PASSWORD =
      new Replacement(
          "(?is)(^\\s*auth\\s+|\\bhello\\s+\\d\\s+auth\\s+|\\b(?:requirepass|masterauth)\\s+).*",
          "${1}" + GONE);

  /** A list of arguments in JSON, where an option and its value are two elements. */
  static final String OPTION_IN_LIST = "-[\\w.-]*" + NAME + "\"\\s*,";

  private SecretPatterns() {}

  static String any(String... alternatives) {
    return "(?:" + String.join("|", alternatives) + ")";
  }

  private static String escaped(String quote) {
    return "|(" + quote + ")(?:.*?[^\\\\])??(" + quote + "|\\z)";
  }
}
