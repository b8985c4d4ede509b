package notify

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode"

	"adtally"
)

// Event is what a message is about, most often a change of an incident.
type Event string

// The events.
const (
	Opened   Event = "opened"
	Worse    Event = "worse"
	Resolved Event = "resolved"
	Trial    Event = "test"
	Digested Event = "digest" // several events in one message
	Reported Event = "report" // the figures of a dashboard
)

// Message is a notification. It contains no secrets. Its JSON is the data of signed
// webhooks: fields may be added but not changed.
type Message struct {
	ID       string            `json:"id"` // the same for the same event, however often it is sent
	Event    Event             `json:"event"`
	Incident string            `json:"incident,omitempty"`
	Kind     adtally.AlertKind `json:"alert,omitempty"`
	Aspect   adtally.Aspect    `json:"aspect,omitempty"`
	Severity adtally.Severity  `json:"severity"`
	Title    string            `json:"title"`
	Sentence string            `json:"sentence"`
	Cure     string            `json:"cure,omitempty"`
	Link     string            `json:"link,omitempty"` // where to act; set by the caller, who knows the address
	At       time.Time         `json:"at"`
	Since    time.Time         `json:"since,omitzero"`
	Source   string            `json:"source,omitempty"`
	Name     string            `json:"name,omitempty"` // of the source
	Subject  string            `json:"subject,omitempty"`
	Items    []Message         `json:"items,omitempty"` // the messages of a digest
	Report   *Report           `json:"report,omitempty"`
	To       string            `json:"to,omitempty"` // addresses for a mail channel; empty = those of the channel
	// Files are attached to mail. They are stored beside the message, see Watch.Files.
	Files []adtally.AttachedFile `json:"-"`
}

// Report has the main figures of a dashboard.
type Report struct {
	From    adtally.Day    `json:"from"`
	To      adtally.Day    `json:"to"`
	AsOf    time.Time      `json:"as_of,omitzero"` // when the oldest of the data was requested
	Stale   bool           `json:"stale"`          // the data does not cover the days
	Figures []ReportFigure `json:"figures"`
	Notes   []string       `json:"notes,omitempty"` // what a reader must know, in one sentence each
}

// ReportFigure is a figure of a dashboard.
type ReportFigure struct {
	Metric   string `json:"metric"`
	Title    string `json:"title"`
	Value    string `json:"value,omitempty"` // decimal number; empty = there is none
	Currency string `json:"currency,omitempty"`
	Change   string `json:"change,omitempty"` // as a share of the figure before
	Shown    string `json:"shown"`            // for people
}

// lines are the figures and notes of a report, for people.
func (m Message) lines() (all []string) {
	if m.Report == nil {
		return nil
	}
	for _, f := range m.Report.Figures {
		all = append(all, line(f.Title, 200)+": "+line(f.Shown, 200))
	}
	for _, n := range m.Report.Notes {
		all = append(all, line(n, 1000))
	}
	return all
}

// signature ends a message. A report is not more or less severe.
func (m Message) signature() string {
	if m.Event == Reported {
		return moment(m.At)
	}
	return m.Severity.String() + ", " + moment(m.At)
}

// titles say what happened, in a few words.
var titles = map[adtally.AlertKind]string{
	adtally.SyncFailed:    "sync failed",
	adtally.AuthExpired:   "reconnect needed",
	adtally.AccessEnding:  "access ends soon",
	adtally.AccountLost:   "ad account no longer shared",
	adtally.VersionEnding: "API version ends soon",
	adtally.PurgeFailed:   "tables cannot be dropped",
	adtally.Stale:         "data is late",
	adtally.Suspect:       "data may be wrong",

	adtally.Overspend:       "over budget",
	adtally.Underspend:      "under budget",
	adtally.DeliveryStopped: "delivery stopped",
	adtally.NoConversions:   "spend without conversions",
}

// messageOf describes an event of an incident.
func messageOf(o adtally.Incident, e Event, now time.Time) Message {
	m := Message{
		ID: fmt.Sprintf("%s_%s", o.ID, e), Event: e, Incident: o.ID, Kind: o.Kind, Aspect: o.Kind.Aspect(),
		Severity: o.Severity, Title: nameOf(o) + ": " + titles[o.Kind], Sentence: o.Sentence, Cure: o.Cure,
		At: now, Since: o.Since, Source: o.Source, Name: o.Name, Subject: o.Subject,
	}
	switch e {
	case Worse:
		m.ID = fmt.Sprintf("%s_%d", m.ID, o.NotifiedStage)
	case Resolved:
		m.Severity, m.Cure = adtally.Well, ""
		m.Title = nameOf(o) + ": resolved"
		m.Sentence = fmt.Sprintf("Resolved after %s: %s", spoken(o.QuietSince.Sub(o.Since)), o.Sentence)
	}
	return m
}

func nameOf(o adtally.Incident) string {
	switch {
	case o.Name != "":
		return o.Name
	case o.Source != "":
		return "Source " + o.Source
	}
	return "Adtally"
}

// TestMessage is the message with which a channel is tested.
func TestMessage(id string, now time.Time) Message {
	return Message{ID: id + "_" + string(Trial), Event: Trial, Severity: adtally.Well, Title: "Adtally: test message", At: now,
		Sentence: "This is a test. Alerts of this installation will arrive here."}
}

var digestWord = [...]string{adtally.Well: "resolved", adtally.Notice: "without hurry", adtally.Warning: "to look at today", adtally.Critical: "critical"}

// waits reports whether a message to a channel waits for its digest.
func (m Message) waits(c adtally.Channel) bool {
	return c.Digest != adtally.Digest{} && m.Severity < adtally.Critical && m.Event != Trial && m.Event != Reported
}

// together makes one message of several, the worst first. One message stays as it is.
func together(all []Message, now time.Time) Message {
	if len(all) == 1 {
		return all[0]
	}
	slices.SortStableFunc(all, func(a, b Message) int { return cmp.Compare(b.Severity, a.Severity) })
	count := map[adtally.Severity]int{}
	for _, m := range all {
		count[m.Severity]++
	}
	var parts []string
	for s := adtally.Critical; s >= adtally.Well; s-- {
		if n := count[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, digestWord[s]))
		}
	}
	return Message{ID: all[0].ID + "_digest", Event: Digested, Severity: all[0].Severity, Title: fmt.Sprintf("Adtally: %d alerts", len(all)),
		Sentence: strings.Join(parts, ", ") + ".", At: now, Items: all}
}

// spoken formats a duration in its two largest units.
func spoken(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}} {
		if n := d / u.size; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprint(int64(n), " ", u.name))
			d -= n * u.size
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}

// moment formats a time in UTC.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }

// text is the message as plain text, for mail.
func (m Message) text() string {
	parts := []string{line(m.Sentence, 2000)}
	if lines := m.lines(); len(lines) > 0 {
		parts = append(parts, strings.Join(lines, "\n"))
	}
	for _, i := range m.Items {
		parts = append(parts, strings.TrimSuffix(line(i.Title, 200)+"\n"+i.text(), "\n"))
	}
	if m.Cure != "" {
		parts = append(parts, "What to do: "+line(m.Cure, 2000))
	}
	if m.Link != "" {
		parts = append(parts, line(m.Link, 2000))
	}
	parts = append(parts, m.signature())
	return strings.Join(parts, "\n\n") + "\n"
}

// page renders a message as HTML. It loads nothing, and needs no style sheet, which
// mail programs drop.
var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p><strong>{{.Title}}</strong></p>
<p>{{.Sentence}}</p>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{range .Items}}<p><strong>{{.Title}}</strong><br>{{.Sentence}}{{with .Cure}}<br>What to do: {{.}}{{end}}{{with .Link}}<br><a href="{{.}}">Open Adtally</a>{{end}}</p>
{{end}}{{with .Cure}}<p>What to do: {{.}}</p>
{{end}}{{with .Link}}<p><a href="{{.}}">Open Adtally</a></p>
{{end}}<p style="color: #666">{{.Signature}}</p>
</body></html>
`))

// html is the message as HTML, for mail.
func (m Message) html() (string, error) {
	var out strings.Builder
	err := page.Execute(&out, m.fields())
	return out.String(), err
}

// fields are what a page shows of a message.
func (m Message) fields() map[string]any {
	var items []map[string]any
	for _, i := range m.Items {
		items = append(items, i.fields())
	}
	return map[string]any{"Title": line(m.Title, 200), "Sentence": line(m.Sentence, 2000), "Cure": line(m.Cure, 2000),
		"Link": line(m.Link, 2000), "Signature": m.signature(), "Items": items, "Lines": m.lines()}
}

// line returns foreign text as one line without control characters, so that it cannot
// inject headers or terminal codes, and shortens it.
func line(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
