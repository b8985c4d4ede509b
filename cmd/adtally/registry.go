package main

import (
	"net/http"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
)

// platform is the environment that a connector gets.
type platform struct {
	address string
	http    *http.Client
	today   time.Time
	maxWait time.Duration
	waiting func(adtally.RateLimitWait)
	say     func(string)
	app     adtally.App
	login   string        // where people log in, for the simulator
	poll    time.Duration // 0 = the default
}

// connectors are the ad platforms. A new one is a folder and one line here.
var connectors = map[string]func(platform) connector.Connector{
	"facebookads": func(p platform) connector.Connector {
		return facebookads.New(facebookads.Config{Address: p.address, HTTP: p.http, Now: p.today, MaxWait: p.maxWait, OnWait: p.waiting, OnNotice: p.say,
			App: p.app, LoginAddress: p.login, Poll: p.poll})
	},
}

// tables lists all tables of each connector.
var tables = map[string]func() []string{"facebookads": facebookads.Tables}

// accountTables name the table with an ad account in each row, by connector. Its column
// account_id is that of all other tables.
var accountTables = map[string]string{"facebookads": facebookads.AccountTable}

// mediaHosts are the hosts from which a platform serves its pictures.
var mediaHosts = map[string][]string{"facebookads": facebookads.MediaHosts}

// destinationOptions are what an installation chooses about its warehouse. Zero values are the
// kind's own.
type destinationOptions struct {
	LockTimeout time.Duration // how long to wait for a warehouse that is in use
	Memory      int64         // bytes for loads
}

// destinations are the kinds of warehouses.
var destinations = map[string]func(destinationOptions) destination.Kind{
	"duckdb": func(o destinationOptions) destination.Kind {
		return duckdb.New(duckdb.Options{LockTimeout: o.LockTimeout, Memory: o.Memory})
	},
}
