package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"time"

	"adtally"
	"adtally/internal/store"
)

// supportDeliveries limits the deliveries per channel.
const supportDeliveries = 100

// channelPart is a channel as the bundle shows it.
type channelPart struct {
	ID, Name, Kind string
	Settings       map[string]string
	HasSecret      bool
	Alerts         []adtally.AlertKind
	Sources        []string
	Created        time.Time
	Deliveries     []deliveryPart
}

// deliveryPart is a delivery as the bundle shows it.
type deliveryPart struct {
	ID                          string
	Message                     json.RawMessage
	Written, Arrived, NotBefore time.Time
	Tries                       int
	Problem                     string
}

func gatherChannels(ctx context.Context, db *store.DB) (all []channelPart, err error) {
	channels, err := db.Channels(ctx)
	for _, c := range channels {
		deliveries, unread := db.Deliveries(ctx, c.ID, supportDeliveries)
		err = errors.Join(err, unread)
		part := channelPart{c.ID, c.Name, c.Kind, maps.Clone(c.Settings), c.Credential != "", c.Alerts, c.Sources, c.Created, nil}
		for key, value := range part.Settings {
			part.Settings[key] = placeAlone(value)
		}
		for _, l := range deliveries {
			part.Deliveries = append(part.Deliveries, deliveryPart{l.ID, json.RawMessage(l.Body), l.Written, l.Arrived, l.NotBefore, l.Tries, l.Problem})
		}
		all = append(all, part)
	}
	return all, err
}

// placeAlone returns only scheme and host of a URL: the path of a webhook's URL is often
// its only secret.
func placeAlone(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return value
	}
	return u.Scheme + "://" + u.Host + "/…"
}

// gatherSettings returns the installation's settings.
func gatherSettings(ctx context.Context, db *store.DB) (map[string]any, error) {
	set, err := db.Settings(ctx)
	all := map[string]any{"reveal": set.Reveal}
	for name := range connectors {
		app, unread := db.PlatformApp(ctx, name)
		if unread != nil {
			if f := adtally.FaultOf(unread); f.Code != "not_found" {
				err = errors.Join(err, unread)
			}
			continue
		}
		all["app of "+name] = map[string]any{"id": app.ID, "configuration": app.Configuration, "has_secret": app.Credential != ""}
	}
	return all, err
}
