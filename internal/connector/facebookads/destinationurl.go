package facebookads

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Creative holds the parts of a creative that tell where a click leads.
type Creative struct {
	Story, Feed, TemplateSpec                       []byte // object_story_spec, asset_feed_spec, template_url_spec
	LinkURL, ObjectURL, TemplateURL, StoreURL, Tags string
}

// Destinations returns the links of a creative with their tags, without duplicates and
// the most likely target of a click first: the cards before the link behind them, a
// post's own link before the assets it may be built from, and the single links last.
// It is empty for creatives without a link, such as lead forms.
func Destinations(c Creative) (urls []string) {
	var found links
	found.story(c.Story)
	found.feed(c.Feed)
	for _, u := range []string{c.LinkURL, c.ObjectURL, c.TemplateURL} {
		found.add(u, "")
	}
	var spec struct{ Web struct{ URL string } }
	unmarshalLenient(c.TemplateSpec, &spec)
	found.add(spec.Web.URL, "")
	found.add(c.StoreURL, "")
	for _, l := range found {
		if u := withTags(withTags(l.url, l.tags), c.Tags); !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	return urls
}

// link is a URL and its own tags.
type link struct{ url, tags string }

type links []link

// placeholderLinks are the URLs that Meta sends when an ad leads to a form or a page
// on Facebook (seen in recordings of creatives).
var placeholderLinks = []string{"http://fb.me/", "https://fb.me/", "http://fb.me", "https://fb.me"}

func (l *links) add(target, tags string) {
	if target = strings.TrimSpace(target); leadsSomewhere(target) {
		*l = append(*l, link{target, tags})
	}
}

func leadsSomewhere(target string) bool {
	return target != "" && !slices.Contains(placeholderLinks, target)
}

// TagsAlone returns the tags of a creative without a link as a query, for example one
// made from an existing post. A click on the post still carries them.
func TagsAlone(c Creative) string {
	var f assetFeed
	unmarshalLenient(c.Feed, &f)
	query := "?"
	for _, u := range f.URLs {
		if query == "?" && !leadsSomewhere(strings.TrimSpace(u.Website)) {
			query = withTags(query, u.Tags)
		}
	}
	return withTags(query, c.Tags)
}

// unmarshalLenient decodes the parts of a document that have the expected type. Meta
// may change the type of one member; the others stay usable, and the document itself
// is in its column.
func unmarshalLenient(document []byte, into any) {
	if len(document) == 0 {
		return
	}
	if document[0] == '"' { // the document is in a text
		document = []byte(textIn(document))
	}
	_ = json.Unmarshal(document, into)
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

// story adds the links of a post: of a link or catalogue ad, its cards, or the button
// of a video.
func (l *links) story(document []byte) {
	var s struct {
		Link     linkData `json:"link_data"`
		Template linkData `json:"template_data"`
		Video    struct {
			Action callToAction `json:"call_to_action"`
		} `json:"video_data"`
	}
	unmarshalLenient(document, &s)
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

// assetFeed holds the parts of an asset feed that tell where a click leads.
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
	unmarshalLenient(document, &f)
	for _, u := range f.URLs {
		l.add(u.Website, u.Tags)
	}
	for _, a := range f.Actions {
		l.add(a.Value.Link, "")
	}
}

// withTags adds tags to a link's query, before the fragment. Meta's reference of the
// ad creative says that url_tags "will replace or be appended to" the link's
// parameters, so tags replace parameters of the same name. Meta does not document
// whether an asset's tags or its creative's take precedence; here the creative's do.
func withTags(link, tags string) string {
	tags = strings.TrimLeft(strings.TrimSpace(lineBreaks.Replace(tags)), "?&")
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

// lineBreaks removes what browsers remove from links (the URL Standard: ASCII tab or
// newline).
var lineBreaks = strings.NewReplacer("\n", "", "\r", "", "\t", "")

func tagName(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return unescape(name)
}

// unescape decodes percent signs. A text with invalid ones is left unchanged.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// hostAndPath returns the host and path of a link. Links with macros are not valid
// URLs and are split all the same. host is empty for links without one, such as tel:.
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

// utmNames lists the tags that have a column.
var utmNames = []string{"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"}

// UTM returns the UTM tags of a link. The first of two equal tags counts, as in a
// browser's URLSearchParams.get. Invalid encoding and macros are left unchanged.
func UTM(link string) map[string]string {
	found := map[string]string{}
	link, _, _ = strings.Cut(lineBreaks.Replace(link), "#")
	_, query, _ := strings.Cut(link, "?")
	for _, pair := range strings.Split(query, "&") {
		name := tagName(pair)
		_, value, _ := strings.Cut(pair, "=")
		if _, twice := found[name]; twice || value == "" || !slices.Contains(utmNames, name) {
			continue
		}
		found[name] = strings.ToValidUTF8(unescape(value), "\uFFFD")
	}
	return found
}
