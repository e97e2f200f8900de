package io.tracingstack.demo;

/** What a request is answered with: a status code and a JSON body. */
record Answer(int status, String json) {

  static Answer ok(String json) {
    return new Answer(200, json);
  }
}
