package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"adtally"
)

var slackSpec = adtally.Spec{
	Name: "slack", Title: "Slack or compatible",
	Summary: "An incoming webhook of Slack, Mattermost, Rocket.Chat, or of Discord (its address with /slack at the end).",
	Fields: []adtally.Field{
		{Key: "url", Label: "Webhook address", Secret: true, Scope: adtally.PerSource,
			Help: "Copy it from the chat's settings for incoming webhooks. Anyone who knows it can post there."},
	},
}

// slack opens a chat channel. Its address is the secret and appears in no error.
func (k *Sender) slack(c adtally.Channel) (send, error) {
	to, err := target(c, "url", c.Secret.Reveal())
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, m Message) error {
		body, err := json.Marshal(map[string]string{"text": slackText(m)})
		if err != nil {
			return err
		}
		return k.post(ctx, delivery{to: to, header: http.Header{}, body: body, secrets: hidden(c, append(strings.Split(to.Path, "/"), to.RawQuery)...)})
	}, nil
}

// hidden returns the forms in which a channel's secret could appear. Short parts of
// the path, such as "services", are not secret.
func hidden(c adtally.Channel, parts ...string) (all []string) {
	for _, p := range parts {
		if len(p) > len("services") {
			all = append(all, p)
		}
	}
	return append(all, strings.TrimSpace(c.Secret.Reveal()))
}

// escaped keeps Slack from interpreting foreign text as commands and links.
// https://docs.slack.dev/messaging/formatting-message-text
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escapedLink escapes an address between < and |, which Slack takes literally.
var escapedLink = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C")

func slackText(m Message) string {
	text := "*" + escaped.Replace(line(m.Title, 200)) + "*\n" + escaped.Replace(line(m.Sentence, 1000))
	for _, l := range m.lines() {
		text += "\n" + escaped.Replace(l)
	}
	for _, i := range m.Items {
		text += "\n" + slackText(i)
	}
	if m.Cure != "" {
		text += "\n" + escaped.Replace(line(m.Cure, 1000))
	}
	if m.Link != "" {
		text += "\n<" + escapedLink.Replace(line(m.Link, 1000)) + "|Open Adtally>"
	}
	return text
}
