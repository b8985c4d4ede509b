package main

import (
	"time"

	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
)

// connectors are the ad platforms. A new one is a folder and a line here.
var connectors = map[string]func(address string) connector.Connector{
	"facebookads": func(address string) connector.Connector {
		return facebookads.New(facebookads.Config{Address: address})
	},
}

// destinations are the warehouses; patience is how long to wait for one that is
// in use.
var destinations = map[string]func(patience time.Duration) destination.Kind{
	"duckdb": func(patience time.Duration) destination.Kind {
		return duckdb.New(duckdb.Options{Patience: patience})
	},
}
