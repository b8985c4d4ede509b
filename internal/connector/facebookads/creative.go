package facebookads

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/table"
)

func adCreatives() *stream {
	s := entity("ad_creatives", "adcreatives", "", creativePageSize, "Creatives, as they are now. Links to pictures expire soon.",
		id("id", "The creative."), id(table.AccountColumn, "The ad account."),
		words("name", "Its name."), words("title", "Headline."), words("body", "Text."),
		words("status", "ACTIVE, IN_PROCESS, WITH_ISSUES or DELETED."),
		words("object_type", "What it shows: SHARE, VIDEO, …"),
		id("object_id", "The page or app that is promoted."),
		id("object_story_id", "The post that it was created from."),
		id("effective_object_story_id", "The post that is shown."),
		document("object_story_spec", "The contents of the post."),
		document("asset_feed_spec", "The texts, pictures and links that Meta may combine."),
		words("call_to_action_type", "The button."),
		words("object_url", "Link of a link ad."), words("link_url", "Link behind the picture."),
		words("template_url", "Link of a catalogue ad."), document("template_url_spec", "Links of a catalogue ad, by device."),
		words("object_store_url", "The app in its store."), words("url_tags", "Parameters that Meta adds to the query of links; they replace parameters of the same name."),
		words("image_hash", "The picture, by content."), words("image_url", "The picture; the link expires."),
		words("thumbnail_url", "A small picture; the link expires."),
		id("video_id", "The video."), id("product_set_id", "The product set."), id("actor_id", "The page that publishes the ad."),
		id("instagram_user_id", "The Instagram account that publishes the ad."),
		id("effective_instagram_media_id", "The Instagram post that is shown."),
		words("instagram_permalink_url", "Link to the Instagram post."),
		words("authorization_category", "Whether the ad is declared as political."),
		filled(words("destination_url", "Where a click leads: the first link of the creative, with its tags. Macros such as {{campaign.name}} stay unchanged. NULL if it has none.")),
		filled(document("destination_urls", "All links if there are several: a carousel's cards, or links that Meta may choose from.")),
		filled(words("destination_host", "Host of destination_url, in lower case.")), filled(words("destination_path", "Path of destination_url, without its query.")),
		filled(words("utm_source", utmText)), filled(words("utm_medium", utmText)), filled(words("utm_campaign", utmText)),
		filled(words("utm_content", utmText)), filled(words("utm_term", utmText)),
		filled(words("picture_hash", "The first picture that its documents name, by content: of a card, of a video's cover, or of those that Meta may choose from.")),
		filled(words("content_hash", "Hash of object_story_spec and asset_feed_spec, without links that expire: it changes when their contents do.")),
		rawField).withVolatile("image_url", "thumbnail_url", "object_story_spec", "asset_feed_spec", "destination_host", "destination_path", "picture_hash")
	s.derive, s.watched = deriveCreative, slices.Concat(linkColumns, []string{"object_story_spec", "asset_feed_spec"})
	s.pictures = creativePictures
	return s
}

const utmText = "From destination_url, or from url_tags if the creative has no link. NULL if there is none."

// linkColumns lists the members of a creative, besides its two documents, that tell
// where a click leads.
var linkColumns = []string{"link_url", "object_url", "template_url", "template_url_spec", "object_store_url", "url_tags"}

// deriveCreative fills the columns that are computed from others.
func deriveCreative(d *decoder) error {
	w := func(name string) []byte { return d.memo[slices.Index(d.stream.remember, name)] }
	c := Creative{Story: w("object_story_spec"), Feed: w("asset_feed_spec"), TemplateSpec: w("template_url_spec"),
		LinkURL: string(w("link_url")), ObjectURL: string(w("object_url")), TemplateURL: string(w("template_url")),
		StoreURL: string(w("object_store_url")), Tags: string(w("url_tags"))}
	urls := Destinations(c)
	if len(urls) > 0 {
		d.fill(d.stream.filled["destination_url"], urls[0])
		d.fillParts(urls[0])
	} else {
		d.fillTags(TagsAlone(c))
	}
	if hash := pictureHash(w("object_story_spec"), w("asset_feed_spec")); hash != "" {
		d.fill(d.stream.filled["picture_hash"], hash)
	}
	if len(urls) > 1 {
		list, err := json.Marshal(urls)
		if err != nil {
			return err
		}
		d.fill(d.stream.filled["destination_urls"], string(list))
	}
	if hash := contentHash(w("object_story_spec"), w("asset_feed_spec")); hash != "" {
		d.fill(d.stream.filled["content_hash"], hash)
	}
	return nil
}

// fillParts fills the columns that hold parts of the first link.
func (d *decoder) fillParts(link string) {
	if host, path := hostAndPath(link); host != "" {
		d.fill(d.stream.filled["destination_host"], host)
		d.fill(d.stream.filled["destination_path"], path)
	}
	d.fillTags(link)
}

func (d *decoder) fillTags(link string) {
	for name, value := range UTM(link) {
		d.fill(d.stream.filled[name], value)
	}
}

// metaHosts matches links to Meta's media servers. Such a link differs on every read
// (docs/meta-api.md#media).
var metaHosts = regexp.MustCompile(`^https?://([a-z0-9.-]*\.)?(fbcdn\.net|cdninstagram\.com|facebook\.com/ads/image)/`)

// signature matches the parameters of a signed link: its signature and its expiry
// time.
var signature = []*regexp.Regexp{regexp.MustCompile(`[?&]oh=[0-9A-Za-z_-]+`), regexp.MustCompile(`[?&]oe=[0-9A-Fa-f]+`)}

func isSigned(text string) bool {
	return metaHosts.MatchString(text) ||
		strings.HasPrefix(text, "http") && signature[0].MatchString(text) && signature[1].MatchString(text)
}

// contentHash returns the same value for documents that differ in signed links only,
// and "" if there are no documents.
func contentHash(documents ...[]byte) string {
	hash := sha256.New()
	some := false
	for _, document := range documents {
		value := jsontext.Value(bytes.Clone(document))
		if len(value) == 0 || value.Canonicalize() != nil {
			value = document // not valid JSON: hashed as it came
		}
		some = some || len(value) > 0
		_, _ = hash.Write(append(withoutSignedLinks(value), 0)) // a hash never returns an error
	}
	if !some {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// jsonString matches a string in a JSON document.
var jsonString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// withoutSignedLinks returns a document in which signed links are empty strings.
func withoutSignedLinks(document []byte) []byte {
	return jsonString.ReplaceAllFunc(document, func(text []byte) []byte {
		var plain string
		if json.Unmarshal(text, &plain) == nil && isSigned(plain) {
			return []byte(`""`)
		}
		return text
	})
}
