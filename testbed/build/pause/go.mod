module tracingstack.local/testbed/pause

go 1.24.0
