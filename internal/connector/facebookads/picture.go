package facebookads

import (
	"cmp"

	"adtally/internal/connector"
)

// Kinds of pictures.
const (
	pictureImage    = "image"
	pictureVideo    = "video" // its cover
	pictureCreative = "creative"
)

// creativePictures lists the pictures of a creative, best first: the full-size image,
// a video's cover, and last the thumbnail that Meta makes.
var creativePictures = &connector.Pictures{Kind: pictureCreative, By: []connector.Picture{
	{Kind: pictureImage, Name: "image_hash", Link: "image_url"},
	{Kind: pictureImage, Name: "picture_hash"},
	{Kind: pictureVideo, Name: "video_id"},
	{Kind: pictureCreative, Name: "id", Link: "thumbnail_url"},
}}

// largeThumbnail is the width and height of thumbnails in pixels, as wide as pictures
// in a feed. Meta's default is 64 × 64, and some creatives have no other picture
// (docs/meta-api.md#media).
const largeThumbnail = "1080"

// MediaHosts lists the domains, subdomains included, where Meta keeps pictures.
// Recordings show fbcdn.net, which also serves copies of external pictures
// (external-*.fbcdn.net), and facebook.com/ads/image, which redirects. Instagram's
// pictures are at cdninstagram.com. fbsbx.com, a possible redirect target of
// facebook.com, is in no recording.
var MediaHosts = []string{"fbcdn.net", "cdninstagram.com", "facebook.com", "fbsbx.com"}

// pictureHash returns the hash of the first picture that a creative's documents name
// (AdCreativeLinkData, AdCreativeVideoData, AdAssetFeedSpecImage in Meta's specs).
func pictureHash(story, feed []byte) string {
	type linkData struct {
		Hash  string `json:"image_hash"`
		Cards []struct {
			Hash string `json:"image_hash"`
		} `json:"child_attachments"`
	}
	var s struct {
		Link     linkData `json:"link_data"`
		Template linkData `json:"template_data"`
		Video    struct {
			Hash string `json:"image_hash"`
		} `json:"video_data"`
	}
	var f struct{ Images []struct{ Hash string } }
	unmarshalLenient(story, &s)
	unmarshalLenient(feed, &f)
	found := []string{s.Link.Hash, s.Template.Hash, s.Video.Hash}
	for _, card := range append(s.Link.Cards, s.Template.Cards...) {
		found = append(found, card.Hash)
	}
	for _, image := range f.Images {
		found = append(found, image.Hash)
	}
	return cmp.Or(found...)
}
