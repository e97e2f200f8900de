package io.tracingstack.operator.collector;

import java.util.List;

/**
 * What the preset {@code secrets} looks for, as RE2 expressions.
 *
 * <p>RE2 has no look-around, so a name is told from its neighbours by what may follow it: {@code
 * token} is one, {@code token_count} is not. Where a secret cannot be told from what is harmless it
 * counts as a secret.
 */
final class SecretPatterns {
  /** Keys whose attribute is removed as a whole, whatever its type. */
  static final String KEYS =
      "(?i)"
          + any(
              "pass[\\W_]*(?:word|wd|phrase|code)",
              "credential",
              "cookie",
              "authori[sz]ation(?:[\\W_\\d]|$)",
              any("api", "access", "account", "private", "secret", "sign", "signing", "encryption")
                  + "[\\W_]*key(?:s|id|value|data|base|pair|string)?(?:[\\W_\\d]|$)",
              any("shared", "master", "auth", "subscription", "app", "application", "consumer")
                  + "[\\W_]*key(?:s|id|value|data|base|pair|string)?(?:[\\W_\\d]|$)",
              any("client", "sas", "ssh", "functions?", "service[\\W_]*account")
                  + "[\\W_]*key(?:s|id|value|data|base|pair|string)?(?:[\\W_\\d]|$)",
              any("access", "refresh", "auth", "bearer", "session", "csrf", "xsrf", "api", "id")
                  + "[\\W_]*tokens(?:[\\W_\\d]|$)",
              any(
                      any("secret", "secrets", "token", "jwt", "pswd"),
                      "(?:^|[\\W_])" + any("pwd", "pw", "pass", "psw", "auth", "sid"),
                      "(?-i:[a-z0-9](?:Pwd|Pw|Pass|Auth))",
                      "[jx]?(?:asp[\\W_]*net[\\W_]*|php|j)sess(?:ion)?[\\W_]*id")
                  + "(?:[\\W_]*"
                  + any("\\d+", "value", "text", "raw", "hash", "header", "string", "data")
                  + "|[\\W_]*"
                  + any("b64", "base64", "plain", "encoded", "encrypted", "old", "new", "current")
                  + "|[\\W_]*"
                  + any("confirm", "confirmation", "access")
                  + ")*[\\W_]*$");

  /** Keys that {@link #KEYS} takes for a token, and that name a measure or a setting of a model. */
  static final String KEPT_KEYS =
      "(?i)^.*"
          + any("time", "latency", "duration", "speed", "cost", "price", "rate", "seconds", "ms")
          + "[\\w.-]*token$"
          + "|(?i)^(?:.*[\\W_])?"
          + any("max", "min", "eos", "bos", "pad", "unk", "stop", "first", "last", "per", "num")
          + "[\\W_]*(?:input|output|new|prompt|completion)?[\\W_]*token$";

  private static final String SEPARATOR = "[-_. ]?";

  /** What a secret is called inside of a text, such as a body in JSON or a query. */
  private static final String NAME =
      "(?i:"
          + "(?:pass"
          + SEPARATOR
          + "(?:word|wd|phrase|code)|credential)[\\w.-]{0,24}"
          + "|ps?wd|\\b_?(?:pass|pw|auth)|_(?:pass|pw)"
          + "|secret(?:"
          + SEPARATOR
          + "(?:access)?"
          + SEPARATOR
          + "key|"
          + SEPARATOR
          + "(?:value|string|text))?"
          + "|(?:api|access|account|private|sign|signing|encryption|shared|master|auth|subscription"
          + "|app|application|consumer|client|sas|ssh|functions?)"
          + SEPARATOR
          + "key(?:s|id|value)?"
          + "|token(?:"
          + SEPARATOR
          + "(?:value|\\d{1,2}))?"
          + "|(?:access|refresh|auth|session)"
          + SEPARATOR
          + "tokens|jwt|(?:j|php)sess(?:ion)?id|asp\\.net_sessionid|connect\\.sid"
          + "|saml(?:response|request)|client_assertion|code_verifier)";

  private static final String HEADER =
      "(?i:(?:proxy" + SEPARATOR + ")?authori[sz]ation|(?:set" + SEPARATOR + ")?cookies?)";

  /** A quote as it looks in JSON, in JSON within JSON, in a URL, in HTML. */
  private static final String QUOTE = "(?:\\\\{0,7}[\"']|%2[27]|&quot;|&#3[49];|\\\\{1,4}u002[27])";

  /** Between name and value: {@code =}, {@code :}, a list of two, a pair of name and value. */
  private static final String ASSIGNS =
      "(?:"
          + QUOTE
          + "?[\\s\\]]*(?:=>|:=|[=:]|%3[aAdD])\\s*"
          + "|"
          + QUOTE
          + "\\s*,\\s*"
          + QUOTE
          + "(?i:value)"
          + QUOTE
          + "\\s*:\\s*"
          + "|"
          + QUOTE
          + "\\s*,\\s*"
          + "|\"?\\s*\\r?\\n\\r?\\n)[bu]?";

  /**
   * A value in quotes, up to its own closing quote: what is inside may be escaped once more. One
   * group opens, one closes; what is between goes. A text that was cut off has no closing quote.
   */
  private static final String QUOTED =
      "(\")(?:[^\"\\\\]|\\\\.)*"
          + "|(')(?:[^'\\\\]|\\\\.|'')*"
          + escaped("\\\\\"")
          + escaped("\\\\{3}\"")
          + escaped("\\\\{7}\"")
          + escaped("\\\\'")
          + escaped("(?:%22|%27|&quot;|&#3[49];|\\\\{1,4}u002[27])")
          + "|([\\[{(])[^\\]})]*";

  private static String escaped(String quote) {
    return "|(" + quote + ")(?:.*?[^\\\\])??(" + quote + "|\\z)";
  }

  private static final String SCHEME =
      "(?:(?i:bearer|basic|digest|token|negotiate|ntlm|apikey)[\\s:]+)?";

  private static final String BARE =
      SCHEME
          + "(?:[^\\s\"'&;,<>\\\\%]|,[^\\s\"'&;,<>\\\\]|%[013-9a-fA-F]|%2[^267]|\\\\[^nrtbfu\"'\\\\\\s])+";

  /** To the end of the line: cookies and digests have several parts. */
  private static final String BARE_HEADER = "(?:[^\\r\\n\"'\\\\<&]|=\\\\*\"[^\"\\\\]*\\\\*\"?)+";

  private static final String QUOTED_KEPT =
      "${1}${2}${3}${4}${6}${8}${10}${12}${14}" + Redaction.REPLACEMENT + "${5}${7}${9}${11}${13}";

  /** Texts are searched for each of these, in this order. */
  static final List<Replacement> VALUES =
      List.of(
          // Where both could match, the header takes more.
          new Replacement(
              "(?s)(" + HEADER + ASSIGNS + ")(?:" + QUOTED + "|" + BARE_HEADER + ")", QUOTED_KEPT),
          new Replacement(
              "(?s)(" + NAME + ASSIGNS + ")(?:" + QUOTED + "|" + BARE + ")", QUOTED_KEPT),
          new Replacement(
              "(<[^<>]{0,60}" + any(NAME, HEADER) + "[^<>]{0,120}>)[^<]+",
              "${1}" + Redaction.REPLACEMENT),
          new Replacement(
              "(-{1,2}[\\w.-]*" + NAME + "\\s+[\"']?)[^\\s\"']+", "${1}" + Redaction.REPLACEMENT),
          // User and password of a URL; a name of parts of a query is too short to count elsewhere.
          new Replacement("(://)[^\\s/?#\"'<>\\\\]+(@)", "${1}" + Redaction.REPLACEMENT + "${2}"),
          new Replacement(
              "(jdbc:oracle:\\w+:)[^\\s/@]+/[^\\s@]*(@)", "${1}" + Redaction.REPLACEMENT + "${2}"),
          new Replacement(
              "((?:^|[?&;#]|%3[fF]|%26)(?i:x-(?:amz|goog)-(?:signature|credential|security-token)|awsaccesskeyid"
                  + "|googleaccessid|sig|signature|sid|session|assertion|ticket|otp)(?:=|%3[dD]))"
                  + "[^&#\\s\"'<>\\\\]+",
              "${1}" + Redaction.REPLACEMENT),
          new Replacement(
              "([?&#](?i:code|key)=)[^&#\\s\"'<>\\\\]{16,}", "${1}" + Redaction.REPLACEMENT),
          // What is known by its form, wherever it stands.
          new Replacement(
              "(\\b(?i:bearer|basic)\\s+)[\\w.~+/=-]{8,}", "${1}" + Redaction.REPLACEMENT),
          new Replacement(
              any(
                  "eyJ[\\w-]{5,}\\.[\\w-]+(?:\\.[\\w-]*)?",
                  "\\b(?:AKIA|ASIA)[A-Z0-9]{12,}",
                  "\\bgh[pousr]_\\w{16,}",
                  "\\bgithub_pat_\\w{16,}",
                  "\\bgl(?:pat|dt|rt|oas|cbt|ptt)-[\\w-]{16,}",
                  "\\bxox[a-z]-[\\w-]{10,}",
                  "\\b(?:sk|pk|rk)[-_][\\w-]{16,}",
                  "\\b(?:hf|gsk|npm|dop_v1)_\\w{16,}",
                  "\\b(?:nvapi|tvly|pypi)-[\\w-]{16,}",
                  "\\bAIza[\\w-]{30,}",
                  "\\bya29\\.[\\w-]{16,}",
                  "\\bhvs\\.[\\w-]{16,}",
                  "\\bSG\\.[\\w-]{16,}\\.[\\w-]{16,}",
                  "\\bsha256~[\\w-]{20,}",
                  "-----BEGIN [A-Z ]*PRIVATE KEY(?:-----)?(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)"),
              Redaction.REPLACEMENT));

  private static final String NAMES_A_SECRET =
      "passw|passphrase|pwd|secret|token|credential|api_?key|private_?key|access_?key|identified by";

  /** A statement with a column, or a filter, that is likely to hold a secret. */
  static final String SQL_ABOUT_SECRETS =
      "(?is)^\\s*"
          + any(
              "insert", "update", "select", "delete", "merge", "replace", "create", "alter", "set")
          + "\\b.*(?:"
          + NAMES_A_SECRET
          + ")|^\\s*"
          + any("with", "grant", "call", "exec", "execute", "begin", "declare", "do")
          + "\\b.*(?:"
          + NAMES_A_SECRET
          + ")";

  /** Which literal belongs to which column is not to be told without a parser: all of them go. */
  static final List<Replacement> SQL_LITERALS =
      List.of(
          new Replacement("'(?:[^'\\\\]|''|\\\\.)*'?", "'" + Redaction.REPLACEMENT + "'"),
          new Replacement(
              "([=(,]\\s*)\"(?:[^\"\\\\]|\"\"|\\\\.)*\"?",
              "${1}\"" + Redaction.REPLACEMENT + "\""));

  /** Commands of Redis that carry a password without a name. */
  static final Replacement REDIS_PASSWORD =
      new Replacement(
          "(?is)(^\\s*auth\\s+|\\bhello\\s+\\d\\s+auth\\s+|\\b(?:requirepass|masterauth)\\s+).*",
          "${1}" + Redaction.REPLACEMENT);

  /** Attributes with values that a statement takes, next to the statement. */
  static final String SQL_PARAMETERS =
      "^db\\.(?:statement\\.parameters|(?:query|operation)\\.parameter\\.)";

  /** A list of arguments as JSON, where an option and its value are two elements. */
  static final String OPTION_IN_LIST = "-[\\w.-]*" + NAME + "\"\\s*,";

  private SecretPatterns() {}

  /**
   * A text to find and what to put in its place.
   *
   * @param regex an RE2 expression
   * @param by may name groups of it, as in {@code ${1}}
   */
  record Replacement(String regex, String by) {}

  static String any(String... alternatives) {
    return "(?:" + String.join("|", alternatives) + ")";
  }
}
