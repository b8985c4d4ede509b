package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// Subscriptions store which dashboards are sent, and what was.
type Subscriptions interface {
	// AddSubscription refuses with not_found if there is no such channel.
	AddSubscription(ctx context.Context, s adtally.Subscription, d adtally.AuditEntry) error
	// Subscriptions returns those of a maker and a dashboard, oldest first. An empty text
	// stands for all.
	Subscriptions(ctx context.Context, maker, dashboard string) ([]adtally.Subscription, error)
	Subscription(ctx context.Context, id string) (adtally.Subscription, error)
	// EditSubscription refuses with stale_edit if the subscription has another revision.
	EditSubscription(ctx context.Context, s adtally.Subscription, d adtally.AuditEntry) error
	RemoveSubscription(ctx context.Context, id string, d adtally.AuditEntry) error
	// AskForSending makes a subscription due now.
	AskForSending(ctx context.Context, id string, now time.Time, d adtally.AuditEntry) error
	// Sendings returns what was sent before a position, newest first.
	Sendings(ctx context.Context, subscription string, before adtally.PagePosition, limit int) ([]adtally.Sending, error)
}

// subscriptions serve the dashboards that are sent again and again.
type subscriptions struct{ dashboards }

func (g subscriptions) register() {
	const list, one = "/api/v1/subscriptions", "/api/v1/subscriptions/{id}"
	handle(g.shell, operation{ID: "list-subscriptions", Method: http.MethodGet, Path: list, Tag: tagSharing, Access: forSharers, Summary: "List the dashboards that are sent again and again, oldest first", Text: "Admins see all, others their own."}, g.list)
	handle(g.shell, operation{ID: "create-subscription", Method: http.MethodPost, Path: list, Tag: tagSharing, Access: forSharers, Status: http.StatusCreated, Summary: "Send a dashboard again and again"}, g.create)
	handle(g.shell, operation{ID: "get-subscription-options", Method: http.MethodGet, Path: list + "/options", Tag: tagSharing, Access: forSharers, Summary: "Say where dashboards can be sent, and as what"}, g.options)
	handle(g.shell, operation{ID: "get-subscription", Method: http.MethodGet, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Get a subscription"}, g.get)
	handle(g.shell, operation{ID: "update-subscription", Method: http.MethodPut, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Replace a subscription", Text: "What is being prepared is not sent."}, g.change)
	handle(g.shell, operation{ID: "delete-subscription", Method: http.MethodDelete, Path: one, Tag: tagSharing, Access: forSharers, Summary: "Delete a subscription and the list of what was sent"}, g.remove)
	handle(g.shell, operation{ID: "send-subscription", Method: http.MethodPost, Path: one + "/send", Tag: tagSharing, Access: forSharers, Status: http.StatusAccepted, Summary: "Send a dashboard now",
		Text: "It is prepared within seconds; list-sendings says what became of it."}, g.send)
	handle(g.shell, operation{ID: "list-sendings", Method: http.MethodGet, Path: one + "/sendings", Tag: tagSharing, Access: forSharers, Summary: "List what was sent for a subscription, newest first", Text: "The list is kept for 90 days."}, g.sendings)
}

// SubscriptionForm is what a subscription sends, where and when.
type SubscriptionForm struct {
	Dashboard string               `json:"dashboard" maxLength:"100" doc:"ID of the dashboard. It is sent as it is at the time"`
	Channel   string               `json:"channel" maxLength:"100" doc:"ID of the channel: see get-subscription-options"`
	To        []string             `json:"recipients,omitempty" nullable:"false" maxItems:"50" doc:"Addresses, if the channel is mail; absent or empty = those of the channel"`
	When      SubscriptionWhen     `json:"when" doc:"When it is sent"`
	Range     *analytics.DateRange `json:"range,omitempty" doc:"Days that are sent; absent = those of the dashboard"`
	Lock      []ShareLock          `json:"lock,omitempty" nullable:"false" maxItems:"20" doc:"Forced filters. All of them hold"`
	PDF       bool                 `json:"pdf,omitempty" doc:"Whether a PDF is attached to mail"`
	CSV       bool                 `json:"csv,omitempty" doc:"Whether a zip file with a CSV file for each tile is attached to mail"`
	Paused    bool                 `json:"paused,omitempty" doc:"Whether it is not sent for now"`
}

// SubscriptionWhen is when a dashboard is sent.
type SubscriptionWhen struct {
	Every string `json:"every" enum:"day,week,month" doc:"How often"`
	Day   int    `json:"on,omitempty" minimum:"0" maximum:"31" doc:"Day of the week (1 = Monday) or of the month; a shorter month has its last day instead"`
	At    string `json:"hour" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"08:00" doc:"Hour and minute. An hour that the clock skips is sent later that day"`
	Zone  string `json:"zone" maxLength:"100" example:"Europe/Berlin" doc:"IANA time zone of the hour"`
}

// Subscription sends a dashboard again and again.
type Subscription struct {
	ID string `json:"id" doc:"ID of the subscription"`
	SubscriptionForm
	Next    *time.Time `json:"next,omitempty" doc:"When it is sent next; absent = it is paused"`
	Sending bool       `json:"sending" doc:"Whether it was asked for now and is being prepared"`
	Asleep  bool       `json:"asleep" doc:"Whether nothing is sent because its maker was disabled or may not share any more"`
	By      string     `json:"created_by" doc:"Who created it, as kind:id"`
	ByName  string     `json:"created_by_name,omitempty" doc:"Current name of that person"`
	Created time.Time  `json:"created" doc:"When it was created"`
	Updated time.Time  `json:"updated" doc:"When it was last changed"`
	ETag    string     `json:"etag" doc:"Send it as If-Match with an update"`
}

// SubscriptionChannel is a channel that dashboards can be sent to.
type SubscriptionChannel struct {
	ID   string `json:"id" doc:"ID of the channel"`
	Name string `json:"name" doc:"Name for people"`
	Kind string `json:"kind" doc:"Kind of the channel: mail gets files, others get the main figures and a link"`
}

// SubscriptionOptions say where dashboards can be sent, and as what.
type SubscriptionOptions struct {
	Channels []SubscriptionChannel `json:"channels" nullable:"false" doc:"Channels, which an admin creates"`
	PDF      bool                  `json:"pdf" doc:"Whether the server can make PDFs"`
}

// Sending is one time that a dashboard was sent, or could not be.
type Sending struct {
	ID      string     `json:"id" doc:"ID of the message"`
	At      time.Time  `json:"at" doc:"When it was prepared"`
	Asked   bool       `json:"by_hand" doc:"Whether a person asked for it"`
	Stale   bool       `json:"stale" doc:"Whether the message says that the data is stale"`
	Files   []string   `json:"files" nullable:"false" doc:"Names of the attached files"`
	Arrived *time.Time `json:"arrived,omitempty" doc:"When the channel accepted the message; absent = not yet, or never"`
	Again   *time.Time `json:"again,omitempty" doc:"Time of the next attempt; absent = no further attempt"`
	Problem string     `json:"problem,omitempty" doc:"Why it was not sent, or what is missing"`
}

type oneSubscription struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body Subscription
}

func (g subscriptions) list(ctx context.Context, who Caller, in *struct {
	Dashboard string `query:"dashboard" maxLength:"100" doc:"Only those of this dashboard"`
},
) (*listed[Subscription], error) {
	maker := who.ID
	if who.Role == adtally.Admin {
		maker = ""
	}
	all, err := g.Subscriptions.Subscriptions(ctx, maker, in.Dashboard)
	if err != nil {
		return nil, err
	}
	out := &listed[Subscription]{}
	out.Body.Items = []Subscription{}
	name := g.names(ctx)
	for _, s := range all {
		one, err := g.shown(ctx, s, name)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}

// shown is a subscription as its maker sees it.
func (g subscriptions) shown(ctx context.Context, s adtally.Subscription, name func(string) string) (Subscription, error) {
	out := Subscription{ID: s.ID, Sending: !s.Asked.IsZero(), By: object(string(person), s.Maker), Created: s.Created.UTC(), Updated: s.Updated.UTC(), ETag: etag(s.Revision)}
	out.SubscriptionForm = SubscriptionForm{Dashboard: s.Dashboard, Channel: s.Channel, When: SubscriptionWhen(s.When), PDF: s.PDF, CSV: s.CSV, Paused: s.Paused}
	if s.To != "" {
		out.To = strings.Split(s.To, ", ")
	}
	for _, l := range s.Lock {
		out.Lock = append(out.Lock, ShareLock(l))
	}
	if len(s.Range) > 0 {
		if err := json.Unmarshal(s.Range, &out.Range); err != nil {
			return out, fmt.Errorf("read the days of the subscription %s: %w", s.ID, err)
		}
	}
	if !s.Paused {
		out.Next = timeOrNil(s.Due)
	}
	out.ByName = name(out.By)
	maker, err := g.Store.User(ctx, s.Maker)
	if err != nil && !missing(err) {
		return out, err
	}
	out.Asleep = err != nil || !sharer(maker)
	return out, nil
}

// find returns a subscription of the caller's, or any for an admin.
func (g subscriptions) find(ctx context.Context, who Caller, id string) (adtally.Subscription, error) {
	s, err := g.Subscriptions.Subscription(ctx, id)
	if err == nil && s.Maker != who.ID && who.Role != adtally.Admin {
		return s, refusal("not_found", "There is no such subscription", "Reload the list.")
	}
	return s, err
}

func (g subscriptions) get(ctx context.Context, who Caller, in *struct{ ByID }) (*oneSubscription, error) {
	s, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out, err := g.shown(ctx, s, g.names(ctx))
	return &oneSubscription{out.ETag, out}, err
}

func (g subscriptions) create(ctx context.Context, who Caller, in *struct{ Body SubscriptionForm }) (*oneSubscription, error) {
	now := g.Now()
	s := adtally.Subscription{ID: g.NewID(), Dashboard: in.Body.Dashboard, Revision: 1, Maker: who.ID, Created: now, Updated: now}
	if _, err := g.read(ctx, s.Dashboard); missing(err) {
		return nil, invalid("body.dashboard", "There is no such dashboard")
	} else if err != nil {
		return nil, err
	}
	if err := g.fill(ctx, &s, in.Body); err != nil {
		return nil, err
	}
	detail := map[string]string{"dashboard": s.Dashboard, "channel": s.Channel, "to": s.To}
	if err := g.Subscriptions.AddSubscription(ctx, s, g.audited(who, "subscription.create", object("subscription", s.ID), detail)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{ByID{s.ID}})
}

// fill puts a form into a subscription, and computes when it is sent next.
func (g subscriptions) fill(ctx context.Context, s *adtally.Subscription, form SubscriptionForm) (err error) {
	s.Channel, s.When, s.PDF, s.CSV, s.Paused, s.Range, s.Lock = form.Channel, adtally.Recurrence(form.When), form.PDF, form.CSV, form.Paused, nil, []adtally.ShareLock{}
	if s.When.Every == adtally.EveryDay {
		s.When.Day = 0
	}
	if problem := s.When.Check(); problem != "" {
		return invalid("body.when", problem)
	}
	channel, err := g.Channels.Channel(ctx, form.Channel)
	if missing(err) {
		return invalid("body.channel", "There is no such channel")
	}
	if err != nil {
		return err
	}
	if s.To, err = addressed(form.To, channel); err != nil {
		return err
	}
	if form.Range != nil {
		if problem := form.Range.Check(); problem != "" {
			return invalid("body.range", problem)
		}
		if s.Range, err = json.Marshal(form.Range); err != nil {
			return err
		}
	}
	s.Due = s.When.Next(g.Now())
	return g.locked(ctx, s, form.Lock)
}

// addressed returns the addresses as one text. A name beside an address is left out.
func addressed(all []string, c adtally.Channel) (string, error) {
	var good []string
	for i, text := range all {
		a, err := mail.ParseAddress(text)
		if err != nil || strings.ContainsAny(a.Address, ",\" ") {
			return "", invalid(fmt.Sprintf("body.recipients[%d]", i), "This is not an address, such as ana@example.com")
		}
		good = append(good, a.Address)
	}
	if len(good) > 0 && c.Kind != "mail" {
		return "", invalid("body.recipients", "Only mail is sent to addresses")
	}
	return strings.Join(good, ", "), nil
}

// locked checks the forced filters.
func (g subscriptions) locked(ctx context.Context, s *adtally.Subscription, locks []ShareLock) error {
	known, err := g.dimensionNames(ctx)
	if err != nil {
		return err
	}
	for i, l := range locks {
		if !slices.Contains(known, l.Dimension) {
			return invalid(fmt.Sprintf("body.lock[%d].dimension", i), fmt.Sprintf("There is no dimension %q", l.Dimension))
		}
		s.Lock = append(s.Lock, adtally.ShareLock{Dimension: l.Dimension, In: orEmpty(l.In)})
	}
	return nil
}

func (g subscriptions) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body SubscriptionForm
},
) (*oneSubscription, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	s, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Dashboard != s.Dashboard {
		return nil, invalid("body.dashboard", "A subscription cannot be moved to another dashboard")
	}
	if err := g.fill(ctx, &s, in.Body); err != nil {
		return nil, err
	}
	s.Revision, s.Updated = version, g.Now()
	if err := g.Subscriptions.EditSubscription(ctx, s, g.audited(who, "subscription.update", object("subscription", s.ID), map[string]string{"channel": s.Channel, "to": s.To})); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{in.ByID})
}

func (g subscriptions) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	s, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, g.Subscriptions.RemoveSubscription(ctx, s.ID, g.audited(who, "subscription.delete", object("subscription", s.ID), nil))
}

func (g subscriptions) send(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	s, err := g.find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, g.Subscriptions.AskForSending(ctx, s.ID, g.Now(), g.audited(who, "subscription.send", object("subscription", s.ID), nil))
}
