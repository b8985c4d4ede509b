package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strings"

	"adtally"
)

// opened notes that a holder opened the dashboard. A link that was made to look at has no
// openings.
func (g shared) opened(ctx context.Context, who Caller) error {
	if who.link.Preview {
		return nil
	}
	browser, bot := browserOf(requestInfoOf(ctx).request.UserAgent())
	o := adtally.ShareOpening{ID: g.NewID(), Link: who.link.ID, At: g.Now(), Browser: browser, Bot: bot, Visitor: g.visitor(who)}
	return g.Shares.AddShareOpening(ctx, o)
}

// visitor stands for an address on one day and at one link. The address cannot be computed
// back from it without the installation's key.
func (g shared) visitor(who Caller) string {
	h := hmac.New(sha256.New, []byte(g.Key.Reveal()))
	for _, part := range []string{"opening", g.Now().UTC().Format("2006-01-02"), who.link.ID, network(who.From)} {
		_, _ = io.WriteString(h, part+"\x00") // it never fails
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}

// robots are parts of the names with which robots and previews of chats announce themselves.
var robots = []string{"bot", "crawl", "spider", "preview", "facebookexternalhit", "slack", "whatsapp", "telegram", "curl/", "python", "go-http-client", "headless"}

// browsers are the families of browsers by a part of their names; the first one that fits
// counts, because most name others as well.
var browsers = [][2]string{{"edg", "Edge"}, {"opr/", "Opera"}, {"samsungbrowser", "Samsung Internet"}, {"firefox/", "Firefox"}, {"fxios/", "Firefox"}, {"crios/", "Chrome"}, {"chrome/", "Chrome"}, {"safari/", "Safari"}}

// browserOf returns the family of a browser, and whether it is a robot.
func browserOf(agent string) (family string, bot bool) {
	agent = strings.ToLower(agent)
	for _, part := range robots {
		bot = bot || strings.Contains(agent, part)
	}
	for _, b := range browsers {
		if strings.Contains(agent, b[0]) {
			return b[1], bot
		}
	}
	return "Other", bot || agent == ""
}
