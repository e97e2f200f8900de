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
  /** A text to find, and what to put in its place; that may name groups, as in {@code ${1}}. */
  record Replacement(String regex, String by) {}

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

  /** Every text is searched for these, in this order. */
  static final List<Replacement> VALUES =
      List.of(
          new Replacement(
              "(?s)(" + HEADER + ASSIGNS + ")(?:" + QUOTED + "|" + BARE_HEADER + ")", QUOTED_GONE),
          new Replacement(
              "(?s)(" + NAME + ASSIGNS + ")(?:" + QUOTED + "|" + BARE + ")", QUOTED_GONE),
          // <password>, and <string name="password">
          new Replacement(
              "(<[^<>]{0,60}" + any(NAME, HEADER) + "[^<>]{0,120}>)[^<]+", "${1}" + GONE),
          // --password value
          new Replacement("(-{1,2}[\\w.-]*" + NAME + "\\s+[\"']?)[^\\s\"']+", "${1}" + GONE),
          // https://user:password@host, jdbc:oracle:thin:user/password@host
          new Replacement("(://)[^\\s/?#\"'<>\\\\]+(@)", "${1}" + GONE + "${2}"),
          new Replacement("(jdbc:oracle:\\w+:)[^\\s/@]+/[^\\s@]*(@)", "${1}" + GONE + "${2}"),
          // Parts of a query whose names are too short to mean a secret elsewhere.
          new Replacement(
              "((?:^|[?&;#]|%3[fF]|%26)(?i:"
                  + any(
                      "x-(?:amz|goog)-(?:signature|credential|security-token)",
                      "awsaccesskeyid|googleaccessid|sig|signature",
                      "sid|session|assertion|ticket|otp")
                  + ")(?:=|%3[dD]))[^&#\\s\"'<>\\\\]+",
              "${1}" + GONE),
          new Replacement("([?&#](?i:code|key)=)[^&#\\s\"'<>\\\\]{16,}", "${1}" + GONE),
          // What is known by its form, wherever it stands.
          new Replacement("(\\b(?i:bearer|basic)\\s+)[\\w.~+/=-]{8,}", "${1}" + GONE),
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
              GONE));

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
