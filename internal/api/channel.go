package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"adtally"
)

// channels serves the notification channels.
type channels struct {
	*shell
	Service
}

const tagAlerts = "alerts"

func (g channels) register() {
	const list, one = "/api/v1/channels", "/api/v1/channels/{id}"
	handle(g.shell, operation{ID: "list-channel-kinds", Method: http.MethodGet, Path: "/api/v1/channel-kinds", Tag: tagAlerts, Access: forViewers, Summary: "List the kinds of channels and their fields"}, g.kinds)
	handle(g.shell, operation{ID: "list-channels", Method: http.MethodGet, Path: list, Tag: tagAlerts, Access: forAdmins, Summary: "List the channels"}, g.list)
	handle(g.shell, operation{ID: "create-channel", Method: http.MethodPost, Path: list, Tag: tagAlerts, Access: forAdmins, Status: http.StatusCreated,
		Summary: "Create a channel", Text: "If a webhook is created without a signing key, one is generated and shown in this response only."}, g.create)
	handle(g.shell, operation{ID: "get-channel", Method: http.MethodGet, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Get a channel"}, g.get)
	handle(g.shell, operation{ID: "update-channel", Method: http.MethodPatch, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Update a channel", Text: "Fields that are absent stay as they are."}, g.change)
	handle(g.shell, operation{ID: "delete-channel", Method: http.MethodDelete, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Delete a channel and its pending deliveries"}, g.remove)
	handle(g.shell, operation{ID: "test-channel", Method: http.MethodPost, Path: one + "/test", Tag: tagAlerts, Access: forAdmins, Summary: "Send a test message",
		Text: "Waits until the test has arrived, or answers with the reason why it did not.", Refuses: []int{http.StatusServiceUnavailable}}, g.test)
	handle(g.shell, operation{ID: "list-deliveries", Method: http.MethodGet, Path: one + "/deliveries", Tag: tagAlerts, Access: forAdmins, Summary: "List the deliveries of a channel, newest first"}, g.deliveries)
}

// ChannelKind is a kind of channel.
type ChannelKind struct {
	Name    string         `json:"name" doc:"Name of the kind, as in a channel's kind"`
	Title   string         `json:"title" doc:"Name for people"`
	Summary string         `json:"summary" doc:"What the kind is, in one sentence"`
	Fields  []ChannelField `json:"fields" nullable:"false" doc:"Fields to fill in"`
}

// ChannelField is one setting of a channel. The secret field is sent as the channel's
// secret, the others in its settings.
type ChannelField struct {
	Key     string `json:"key" doc:"Key in the channel's settings"`
	Label   string `json:"label" doc:"Label for people"`
	Help    string `json:"help" doc:"What to enter"`
	Default string `json:"default,omitempty" doc:"Value that is used if the field is empty"`
	Secret  bool   `json:"secret" doc:"Whether the field is the channel's secret"`
}

func (g channels) kinds(context.Context, Caller, *struct{}) (*listed[ChannelKind], error) {
	out := &listed[ChannelKind]{}
	for _, s := range g.Senders.Kinds() {
		k := ChannelKind{Name: s.Name, Title: s.Title, Summary: s.Summary, Fields: []ChannelField{}}
		for _, f := range s.Fields {
			k.Fields = append(k.Fields, ChannelField{f.Key, f.Label, f.Help, f.Default, f.Secret})
		}
		out.Body.Items = append(out.Body.Items, k)
	}
	return out, nil
}

// ChannelChoice holds the settings of a channel that a person chooses.
type ChannelChoice struct {
	Name     *string              `json:"name,omitempty" pattern:"\\S" maxLength:"200" doc:"Name for people"`
	Settings *map[string]string   `json:"settings,omitempty" doc:"Values by field key, without the secret field"`
	Secret   string               `json:"secret,omitempty" maxLength:"4000" doc:"Value of the secret field; it is never returned"`
	Alerts   *[]adtally.AlertKind `json:"alerts,omitempty" maxItems:"20" enum:"sync_failed,auth_expired,access_ending,account_lost,version_ending,purge_failed,stale,suspect,overspend,underspend,delivery_stopped,no_conversions" doc:"Alert kinds to send here; empty = all"`
	Sources  *[]string            `json:"sources,omitempty" maxItems:"10000" doc:"IDs of the sources to report on; empty = all, and the installation itself"`
	Digest   *DigestChoice        `json:"digest,omitempty" doc:"When to send one message a day about everything that is not critical"`
}

// DigestChoice is the hour of a channel's digest.
type DigestChoice struct {
	At   string `json:"hour" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9])?$" example:"08:00" doc:"Hour and minute; empty = send every message at once"`
	Zone string `json:"zone,omitempty" maxLength:"100" example:"Europe/Berlin" doc:"IANA time zone of the hour; empty = UTC"`
}

// digest returns the hour as it is stored.
func (c DigestChoice) digest() (adtally.Digest, error) {
	if c.At == "" {
		return adtally.Digest{}, nil
	}
	d := adtally.Digest{At: c.At, Zone: cmp.Or(c.Zone, "UTC")}
	if _, err := time.LoadLocation(d.Zone); err != nil {
		return adtally.Digest{}, refusal("bad_schedule", "The time zone "+d.Zone+" is not known", "Use a name such as Europe/Berlin.")
	}
	return d, nil
}

func (c ChannelChoice) into(into *adtally.Channel) (err error) {
	set(&into.Name, c.Name)
	set(&into.Settings, c.Settings)
	set(&into.Alerts, c.Alerts)
	set(&into.Sources, c.Sources)
	if c.Secret != "" {
		into.Secret = adtally.NewSecret(c.Secret)
	}
	if c.Digest != nil {
		into.Digest, err = c.Digest.digest()
	}
	return err
}

// Channel is a notification channel, without its secret.
type Channel struct {
	ID       string              `json:"id" doc:"ID of the channel"`
	Name     string              `json:"name" doc:"Name for people"`
	Kind     string              `json:"kind" doc:"Kind of the channel: see list-channel-kinds"`
	Settings map[string]string   `json:"settings" nullable:"false" doc:"Values by field key, without the secret field"`
	Secret   bool                `json:"has_secret" doc:"Whether a secret is stored"`
	Alerts   []adtally.AlertKind `json:"alerts" nullable:"false" doc:"Alert kinds that are sent here; empty = all"`
	Sources  []string            `json:"sources" nullable:"false" doc:"IDs of the sources that are reported on; empty = all, and the installation itself"`
	Digest   DigestChoice        `json:"digest" doc:"When it gets its digest"`
	Created  time.Time           `json:"created" doc:"When the channel was created"`
	By       string              `json:"created_by" doc:"Who created the channel, as kind:id"`
	ByName   string              `json:"created_by_name,omitempty" doc:"Current name of the creator; absent = unknown"`
}

func channelOf(c adtally.Channel, name func(string) string) Channel {
	settings := c.Settings
	if settings == nil {
		settings = map[string]string{}
	}
	return Channel{c.ID, c.Name, c.Kind, settings, c.Credential != "", orEmpty(c.Alerts), orEmpty(c.Sources), DigestChoice(c.Digest), c.Created.UTC(), c.CreatedBy, name(c.CreatedBy)}
}

type oneChannel struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body Channel
}

func (g channels) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[Channel], error) {
	all, err := g.Channels.Channels(ctx)
	out := &listed[Channel]{}
	out.Body.Items = []Channel{}
	name := g.names(ctx)
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, channelOf(c, name))
	}
	return out, err
}

func (g channels) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneChannel, error) {
	c, err := g.Channels.Channel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneChannel{etag(c.Revision), channelOf(c, g.names(ctx))}, nil
}

type newChannel struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body struct {
		Channel
		Key string `json:"signing_key,omitempty" doc:"Signing key that was generated for this channel; returned only here"`
	}
}

func (g channels) create(ctx context.Context, who Caller, in *struct {
	Body struct {
		ChannelChoice
		Kind string `json:"kind" maxLength:"50" example:"slack" doc:"Kind of the channel: see list-channel-kinds"`
	}
},
) (*newChannel, error) {
	c := adtally.Channel{ID: g.NewID(), Name: in.Body.Kind, Kind: in.Body.Kind, Revision: 1, Created: g.Now(), CreatedBy: who.String()}
	if err := in.Body.into(&c); err != nil {
		return nil, err
	}
	out := &newChannel{}
	if c.Secret.IsZero() {
		c.Secret = g.Senders.NewSecret(c.Kind)
		out.Body.Key = c.Secret.Reveal()
	}
	err := g.keep(ctx, who, &c, c.Secret, func(ctx context.Context, a adtally.Admission) error {
		return g.Channels.AddChannel(ctx, c, a, g.audited(who, "channel.create", object("channel", c.ID), map[string]string{"name": c.Name, "kind": c.Kind}))
	})
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Channel = etag(1), channelOf(c, g.names(ctx))
	return out, nil
}

// keep validates a channel and stores it, with a new secret if there is one.
func (g channels) keep(ctx context.Context, who Caller, c *adtally.Channel, fresh adtally.Secret, write func(context.Context, adtally.Admission) error) error {
	if err := g.Senders.Check(*c); err != nil {
		return platformProblem(err)
	}
	if fresh.IsZero() {
		return write(ctx, adtally.Admission{})
	}
	return g.Vault.Admit(ctx, adtally.Credential{ID: c.Credential, Connector: "channel " + c.Kind, Name: c.Name}, fresh, adtally.Grant{}, who.String(), func(ctx context.Context, a adtally.Admission) error {
		c.Credential = a.Credential.ID
		return write(ctx, a)
	})
}

func (g channels) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body ChannelChoice
},
) (*oneChannel, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	c, err := g.Channels.Channel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if c.Revision != version {
		return nil, refusal("stale_edit", "Somebody else changed it in the meantime", "Read it again and repeat the change.")
	}
	if c.Secret, err = g.secret(ctx, c); err != nil {
		return nil, err
	}
	if err := in.Body.into(&c); err != nil {
		return nil, err
	}
	var fresh adtally.Secret
	if in.Body.Secret != "" {
		fresh = c.Secret
	}
	err = g.keep(ctx, who, &c, fresh, func(ctx context.Context, a adtally.Admission) error {
		return g.Channels.EditChannel(ctx, c, a, g.audited(who, "channel.update", object("channel", c.ID), nil))
	})
	if err != nil {
		return nil, err
	}
	return &oneChannel{etag(version + 1), channelOf(c, g.names(ctx))}, nil
}

// secret returns the stored secret of a channel.
func (g channels) secret(ctx context.Context, c adtally.Channel) (adtally.Secret, error) {
	if c.Credential == "" {
		return adtally.Secret{}, nil
	}
	return g.Vault.Open(ctx, c.Credential, 0)
}

func (g channels) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	return nil, g.Channels.RemoveChannel(ctx, in.ID, g.audited(who, "channel.delete", object("channel", in.ID), nil))
}

func (g channels) test(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	c, err := g.Channels.Channel(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.Store.AddAuditEntry(ctx, g.audited(who, "channel.test", object("channel", c.ID), nil)); err != nil {
		return nil, err
	}
	if err := g.Senders.Try(ctx, c); err != nil {
		return nil, platformProblem(err)
	}
	return nil, nil
}

// Delivery is a message to a channel, sent or pending.
type Delivery struct {
	ID      string          `json:"id" doc:"ID of the delivery"`
	Message json.RawMessage `json:"message" doc:"Message that is sent: see Signed webhooks in the documentation"`
	Written time.Time       `json:"written" doc:"When the message was created"`
	Arrived *time.Time      `json:"arrived,omitempty" doc:"When the channel accepted it; absent = not yet"`
	Again   *time.Time      `json:"again,omitempty" doc:"Time of the next attempt; absent = no further attempt"`
	Tries   int             `json:"tries" doc:"Number of attempts"`
	Problem string          `json:"problem,omitempty" doc:"Why the last attempt failed, or which mailboxes refused the message"`
}

// mostDeliveries is how many deliveries are listed.
const mostDeliveries = 100

func (g channels) deliveries(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Delivery], error) {
	if _, err := g.Channels.Channel(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Incidents.Deliveries(ctx, in.ID, mostDeliveries)
	out := &listed[Delivery]{}
	out.Body.Items = []Delivery{}
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, Delivery{l.ID, json.RawMessage(l.Body), l.Written.UTC(), timeOrNil(l.Arrived), timeOrNil(l.NotBefore), l.Tries, l.Problem})
	}
	return out, err
}
