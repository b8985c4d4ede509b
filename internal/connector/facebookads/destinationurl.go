package facebookads

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Creative is what of a creative says where a click leads.
type Creative struct {
	Story, Feed, TemplateSpec                       []byte // object_story_spec, asset_feed_spec, template_url_spec
	LinkURL, ObjectURL, TemplateURL, StoreURL, Tags string
}

// Destinations are the links of a creative, each once and with its tags, the one
// that a click most likely leads to first: cards before the link behind them, a
// post's own link before the assets that it may be made of, and the single links
// last. It is empty where a creative has none, as for lead forms.
func Destinations(c Creative) (urls []string) {
	var found links
	found.story(c.Story)
	found.feed(c.Feed)
	for _, u := range []string{c.LinkURL, c.ObjectURL, c.TemplateURL} {
		found.add(u, "")
	}
	var spec struct{ Web struct{ URL string } }
	lookInto(c.TemplateSpec, &spec)
	found.add(spec.Web.URL, "")
	found.add(c.StoreURL, "")
	for _, l := range found {
		if u := withTags(withTags(l.url, l.tags), c.Tags); !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	return urls
}

// link is a link and the tags that are its own.
type link struct{ url, tags string }

type links []link

// noPlace is what stands for a link where an ad leads to a form or a page of
// Meta's (recordings: dbt-seeds, creative history).
var noPlace = []string{"http://fb.me/", "https://fb.me/", "http://fb.me", "https://fb.me"}

func (l *links) add(target, tags string) {
	target = strings.TrimSpace(target)
	if target != "" && !slices.Contains(noPlace, target) {
		*l = append(*l, link{target, tags})
	}
}

// lookInto takes of a document what fits. Meta may change the type of one member,
// and the others are as good as before; the document itself is in its column.
func lookInto(document []byte, into any) {
	if len(document) > 0 {
		_ = json.Unmarshal(document, into)
	}
}

type callToAction struct{ Value struct{ Link string } }

// linkData is a post with a link (AdCreativeLinkData in Meta's specs).
type linkData struct {
	Link   string
	Action callToAction `json:"call_to_action"`
	Cards  []struct {
		Link   string
		Action callToAction `json:"call_to_action"`
	} `json:"child_attachments"`
}

// story adds the links of a post: of a link or catalogue ad, of its cards, or
// behind the button of a video.
func (l *links) story(document []byte) {
	var s struct {
		Link     linkData `json:"link_data"`
		Template linkData `json:"template_data"`
		Video    struct {
			Action callToAction `json:"call_to_action"`
		} `json:"video_data"`
	}
	lookInto(document, &s)
	for _, data := range []linkData{s.Link, s.Template} {
		for _, card := range data.Cards {
			l.add(card.Link, "")
			l.add(card.Action.Value.Link, "")
		}
		l.add(data.Link, "")
		l.add(data.Action.Value.Link, "")
	}
	l.add(s.Video.Action.Value.Link, "")
}

// feed adds the links that Meta may choose from.
func (l *links) feed(document []byte) {
	var f struct {
		URLs []struct {
			Website string `json:"website_url"`
			Tags    string `json:"url_tags"`
		} `json:"link_urls"`
		Actions []callToAction `json:"call_to_actions"`
	}
	lookInto(document, &f)
	for _, u := range f.URLs {
		l.add(u.Website, u.Tags)
	}
	for _, a := range f.Actions {
		l.add(a.Value.Link, "")
	}
}

// withTags appends tags to a link as Meta does: to its query, before a fragment.
func withTags(link, tags string) string {
	tags = strings.TrimLeft(strings.TrimSpace(tags), "?&")
	if tags == "" {
		return link
	}
	body, fragment, has := strings.Cut(link, "#")
	switch {
	case !strings.Contains(body, "?"):
		body += "?" + tags
	case strings.HasSuffix(body, "?"), strings.HasSuffix(body, "&"):
		body += tags
	default:
		body += "&" + tags
	}
	if has {
		body += "#" + fragment
	}
	return body
}

// hostAndPath are the parts of a link that say which page it is. Links with
// macros are no URLs by the letter, and are cut all the same; host is empty where
// a link has none, such as tel:.
func hostAndPath(link string) (host, path string) {
	_, rest, _ := strings.Cut(link, "://")
	end := strings.IndexAny(rest, "?#")
	if end < 0 {
		end = len(rest)
	}
	host, path, _ = strings.Cut(rest[:end], "/")
	host = host[strings.LastIndex(host, "@")+1:]
	return strings.ToLower(host), "/" + path
}

// utmNames are the tags that have a column.
var utmNames = []string{"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}

// UTM are the tags of a link that have a column. Of a tag that is there twice the
// first counts, as it does for a page that reads its own address. A value that
// is not well encoded stays as it is, and so do macros.
func UTM(link string) map[string]string {
	found := map[string]string{}
	link, _, _ = strings.Cut(link, "#")
	_, query, _ := strings.Cut(link, "?")
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if _, twice := found[name]; twice || value == "" || !slices.Contains(utmNames, name) {
			continue
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		found[name] = strings.ToValidUTF8(value, "\uFFFD")
	}
	return found
}
