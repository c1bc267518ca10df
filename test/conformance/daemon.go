package main

import (
	"context"
	"io"

	"github.com/conductorone/baton-sdk/pkg/config"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/field"
	"github.com/conductorone/baton-sdk/pkg/types"
	"github.com/spf13/viper"
)

const connectorAddress = "connector-address"

// runDaemon is the whole command line of a connector made with the SDK, run by
// the SDK's own runner. With --client-id it does a platform's tasks; the
// runner then starts this program again with the same arguments and a hidden
// subcommand, which is the connector itself.
func runDaemon(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	schema := field.NewConfiguration([]field.SchemaField{
		field.StringField(connectorAddress, field.WithDescription("host:port of a plaintext connector server that is asked for everything; by default the reference answers")),
	})
	_, cmd, err := config.DefineConfiguration(ctx, "conformance daemon", newDaemonConnector, schema)
	if err != nil {
		return err
	}
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	return cmd.ExecuteContext(ctx)
}

func newDaemonConnector(ctx context.Context, v *viper.Viper) (types.ConnectorServer, error) {
	address := v.GetString(connectorAddress)
	if address == "" {
		return connectorbuilder.NewConnector(ctx, newWritingReference(&referenceConnector{users: 5, groups: 3, pageSize: 2}))
	}
	conn, err := dial(address, false)
	if err != nil {
		return nil, err
	}
	return &forwarder{connectorclient.NewConnectorClient(ctx, conn)}, nil
}
