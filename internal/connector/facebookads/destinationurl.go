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
	if target = strings.TrimSpace(target); hasPlace(target) {
		*l = append(*l, link{target, tags})
	}
}

func hasPlace(target string) bool { return target != "" && !slices.Contains(noPlace, target) }

// TagsAlone are the tags of a creative that shows no link, as those made from an
// existing post, as a query. A click on the post carries them all the same.
func TagsAlone(c Creative) string {
	var f assetFeed
	lookInto(c.Feed, &f)
	query := "?"
	for _, u := range f.URLs {
		if query == "?" && !hasPlace(strings.TrimSpace(u.Website)) {
			query = withTags(query, u.Tags)
		}
	}
	return withTags(query, c.Tags)
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

// assetFeed is what of an asset feed says where a click leads.
type assetFeed struct {
	URLs []struct {
		Website string `json:"website_url"`
		Tags    string `json:"url_tags"`
	} `json:"link_urls"`
	Actions []callToAction `json:"call_to_actions"`
}

// feed adds the links that Meta may choose from.
func (l *links) feed(document []byte) {
	var f assetFeed
	lookInto(document, &f)
	for _, u := range f.URLs {
		l.add(u.Website, u.Tags)
	}
	for _, a := range f.Actions {
		l.add(a.Value.Link, "")
	}
}

// withTags puts tags into a link's query, before a fragment. By Meta's reference
// of the ad creative, url_tags "will replace or be appended to" the parameters of
// the link: those of the same name give way. How the tags of an asset and those
// of its creative stand to each other is not documented; the creative's win here.
func withTags(link, tags string) string {
	tags = strings.TrimLeft(strings.TrimSpace(tags), "?&")
	if tags == "" {
		return link
	}
	body, fragment, has := strings.Cut(link, "#")
	page, query, _ := strings.Cut(body, "?")
	names := strings.Split(tags, "&")
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		return pair == "" || slices.ContainsFunc(names, func(tag string) bool { return tagName(tag) == tagName(pair) })
	})
	body = page + "?" + strings.Join(append(kept, tags), "&")
	if has {
		body += "#" + fragment
	}
	return body
}

func tagName(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return name
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
