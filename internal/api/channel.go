package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"adtally"
)

// channels are the ways to tell people what is wrong.
type channels struct {
	*shell
	Service
}

const tagAlerts = "alerts"

func (g channels) register() {
	const list, one = "/api/v1/channels", "/api/v1/channels/{id}"
	handle(g.shell, operation{ID: "list-channel-kinds", Method: http.MethodGet, Path: "/api/v1/channel-kinds", Tag: tagAlerts, Access: forViewers, Summary: "List the sorts of channels and what each asks for"}, g.kinds)
	handle(g.shell, operation{ID: "list-channels", Method: http.MethodGet, Path: list, Tag: tagAlerts, Access: forAdmins, Summary: "List the channels"}, g.list)
	handle(g.shell, operation{ID: "create-channel", Method: http.MethodPost, Path: list, Tag: tagAlerts, Access: forAdmins, Status: http.StatusCreated,
		Summary: "Make a channel", Text: "The signing key of a webhook is made where none is given, and shown this once."}, g.make)
	handle(g.shell, operation{ID: "get-channel", Method: http.MethodGet, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Show a channel"}, g.get)
	handle(g.shell, operation{ID: "update-channel", Method: http.MethodPatch, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Change a channel"}, g.change)
	handle(g.shell, operation{ID: "delete-channel", Method: http.MethodDelete, Path: one, Tag: tagAlerts, Access: forAdmins, Summary: "Delete a channel, and what was to be sent there"}, g.remove)
	handle(g.shell, operation{ID: "test-channel", Method: http.MethodPost, Path: one + "/test", Tag: tagAlerts, Access: forAdmins, Summary: "Send a test",
		Text: "It waits until the test has arrived, or says why it does not.", Refuses: []int{http.StatusServiceUnavailable}}, g.test)
	handle(g.shell, operation{ID: "list-deliveries", Method: http.MethodGet, Path: one + "/deliveries", Tag: tagAlerts, Access: forAdmins, Summary: "List what was sent there, newest first"}, g.deliveries)
}

// ChannelKind is a sort of channel.
type ChannelKind struct {
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Summary string         `json:"summary"`
	Fields  []ChannelField `json:"fields" nullable:"false"`
}

// ChannelField is something that a channel is told. The secret one stands in the
// channel's secret, the others in its settings.
type ChannelField struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Help    string `json:"help"`
	Default string `json:"default,omitempty"`
	Secret  bool   `json:"secret"`
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

// ChannelChoice is what a person sets of a channel.
type ChannelChoice struct {
	Name     *string              `json:"name,omitempty" pattern:"\\S" maxLength:"200"`
	Settings *map[string]string   `json:"settings,omitempty" doc:"The fields of its kind, without the secret one"`
	Secret   string               `json:"secret,omitempty" maxLength:"4000" doc:"Its secret field; it is never shown"`
	Alerts   *[]adtally.AlertKind `json:"alerts,omitempty" maxItems:"20" enum:"sync_failed,auth_expired,access_ending,account_lost,version_ending,purge_failed,stale,suspect" doc:"What is told here; none = everything"`
	Sources  *[]string            `json:"sources,omitempty" maxItems:"10000" doc:"About which sources; none = all, and the installation"`
}

func (c ChannelChoice) into(into *adtally.Channel) {
	set(&into.Name, c.Name)
	set(&into.Settings, c.Settings)
	set(&into.Alerts, c.Alerts)
	set(&into.Sources, c.Sources)
	if c.Secret != "" {
		into.Secret = adtally.NewSecret(c.Secret)
	}
}

// Channel is a way to tell people.
type Channel struct {
	ID       string              `json:"id"`
	Name     string              `json:"name"`
	Kind     string              `json:"kind"`
	Settings map[string]string   `json:"settings" nullable:"false"`
	Secret   bool                `json:"has_secret"`
	Alerts   []adtally.AlertKind `json:"alerts" nullable:"false"`
	Sources  []string            `json:"sources" nullable:"false"`
	Created  time.Time           `json:"created"`
	By       string              `json:"created_by"`
	ByName   string              `json:"created_by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
}

func channelOf(c adtally.Channel, name func(string) string) Channel {
	settings := c.Settings
	if settings == nil {
		settings = map[string]string{}
	}
	return Channel{c.ID, c.Name, c.Kind, settings, c.Credential != "", orNone(c.Alerts), orNone(c.Sources), c.Created.UTC(), c.CreatedBy, name(c.CreatedBy)}
}

type oneChannel struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an edit"`
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
	ETag string `header:"ETag" doc:"Send it as If-Match with an edit"`
	Body struct {
		Channel
		Key string `json:"signing_key,omitempty" doc:"Made for this channel, and shown this once"`
	}
}

func (g channels) make(ctx context.Context, who Caller, in *struct {
	Body struct {
		ChannelChoice
		Kind string `json:"kind" maxLength:"50" example:"slack"`
	}
},
) (*newChannel, error) {
	c := adtally.Channel{ID: g.NewID(), Name: in.Body.Kind, Kind: in.Body.Kind, Revision: 1, Created: g.Now(), CreatedBy: who.String()}
	in.Body.into(&c)
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

// keep checks a channel, and writes it down with its new secret, where it has one.
func (g channels) keep(ctx context.Context, who Caller, c *adtally.Channel, fresh adtally.Secret, write func(context.Context, adtally.Admission) error) error {
	if err := g.Senders.Check(*c); err != nil {
		return foreign(err)
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
		return nil, refusal("stale_edit", "Somebody else has changed it meanwhile", "Read it again, and make the change once more.")
	}
	if c.Secret, err = g.secret(ctx, c); err != nil {
		return nil, err
	}
	in.Body.into(&c)
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

// secret is the one that a channel has.
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
		return nil, foreign(err)
	}
	return nil, nil
}

// Delivery is a message on its way to a channel, or one that has arrived.
type Delivery struct {
	ID      string          `json:"id"`
	Message json.RawMessage `json:"message" doc:"What is sent: see the signed webhook's description"`
	Written time.Time       `json:"written"`
	Arrived *time.Time      `json:"arrived,omitempty" doc:"Absent = not yet"`
	Again   *time.Time      `json:"again,omitempty" doc:"When it is tried; absent = no more"`
	Tries   int             `json:"tries"`
	Problem string          `json:"problem,omitempty" doc:"Why it did not arrive the last time, or which mailbox does not have it"`
}

// mostDeliveries is how many are shown.
const mostDeliveries = 100

func (g channels) deliveries(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Delivery], error) {
	if _, err := g.Channels.Channel(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Incidents.Deliveries(ctx, in.ID, mostDeliveries)
	out := &listed[Delivery]{}
	out.Body.Items = []Delivery{}
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, Delivery{l.ID, json.RawMessage(l.Body), l.Written.UTC(), given(l.Arrived), given(l.NotBefore), l.Tries, l.Problem})
	}
	return out, err
}
