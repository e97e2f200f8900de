module tracingstack.local/testbed/llamastack-crds

go 1.25.0

require github.com/ogx-ai/ogx-k8s-operator v0.14.0
