// Command tempo runs Grafana Tempo's single binary with a main of our own.
//
// Why not Tempo's own: since Go 1.21 packages are initialised in another order,
// so that gRPC's standard protobuf codec wins over the gogo codec this Tempo
// needs, and the first span it receives makes it panic. Here the codec is
// registered after every package has been initialised.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/drone/envsubst"
	gogo "github.com/gogo/protobuf/proto"
	"github.com/grafana/dskit/flagext"
	"github.com/grafana/tempo/cmd/tempo/app"
	"github.com/grafana/tempo/pkg/util/log"
	"github.com/prometheus/client_golang/prometheus"
	promversion "github.com/prometheus/common/version"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"
	"gopkg.in/yaml.v2"
)

// Set by the linker.
var version = "unknown"

func main() {
	encoding.RegisterCodec(codec{})
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tempo:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	config, err := load(args)
	if err != nil {
		return err
	}
	promversion.Version = version
	prometheus.MustRegister(promversion.NewCollector("tempo"))
	log.InitLogger(&config.Server)
	tempo, err := app.New(*config)
	if err != nil {
		return err
	}
	return tempo.Run()
}

// load applies defaults, then the file, then flags, as Tempo itself does.
func load(args []string) (*app.Config, error) {
	var file string
	var expand bool
	first := flag.NewFlagSet("", flag.ContinueOnError)
	first.SetOutput(io.Discard)
	first.StringVar(&file, "config.file", "", "")
	first.BoolVar(&expand, "config.expand-env", false, "")
	// Parsing stops at the first unknown flag: go on behind it.
	for rest := args; len(rest) > 0; rest = rest[1:] {
		_ = first.Parse(rest)
	}

	config := &app.Config{}
	all := flag.NewFlagSet("tempo", flag.ContinueOnError)
	config.RegisterFlagsAndApplyDefaults("", all)
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if expand {
			expanded, err := envsubst.EvalEnv(string(text))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			text = []byte(expanded)
		}
		if err := yaml.UnmarshalStrict(text, config); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}

	flagext.IgnoredFlag(all, "config.file", "configuration file")
	flagext.IgnoredFlag(all, "config.expand-env", "replace ${VARIABLE} in the file")
	all.Int("mem-ballast-size-mbs", 0, "accepted for tempo-operator, without effect")
	if err := all.Parse(args); err != nil {
		return nil, err
	}

	// A single binary is its own ring.
	if config.Target == app.SingleBinary {
		config.Ingester.LifecyclerConfig.RingConfig.KVStore.Store = "inmemory"
		config.Ingester.LifecyclerConfig.RingConfig.ReplicationFactor = 1
		config.Ingester.LifecyclerConfig.Addr = "127.0.0.1"
		config.Generator.Ring.KVStore.Store = "inmemory"
		config.Generator.Ring.InstanceAddr = "127.0.0.1"
	}
	for _, warning := range config.CheckConfig() {
		fmt.Fprintln(os.Stderr, "tempo: warning:", warning.Message, warning.Explain)
	}
	return config, nil
}

// codec gives gogo messages to gogo and everything else (health checks, for
// example) to the standard library.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(message any) ([]byte, error) {
	switch m := message.(type) {
	case proto.Message:
		return proto.Marshal(m)
	case gogo.Message:
		return gogo.Marshal(m)
	}
	return nil, fmt.Errorf("cannot marshal %T", message)
}

func (codec) Unmarshal(data []byte, message any) error {
	switch m := message.(type) {
	case proto.Message:
		return proto.Unmarshal(data, m)
	case gogo.Message:
		return gogo.Unmarshal(data, m)
	}
	return fmt.Errorf("cannot unmarshal into %T", message)
}
