package facebookads

import (
	"cmp"

	"adtally/internal/connector"
)

// What pictures are of.
const (
	pictureImage    = "image"
	pictureVideo    = "video" // its cover
	pictureCreative = "creative"
)

// creativePictures are the pictures of a creative, best first: in full size as
// the library has it, a video's cover, and at last the thumbnail that Meta makes.
var creativePictures = &connector.Pictures{Kind: pictureCreative, By: []connector.Picture{
	{Kind: pictureImage, Name: "image_hash", Link: "image_url"},
	{Kind: pictureImage, Name: "picture_hash"},
	{Kind: pictureVideo, Name: "video_id"},
	{Kind: pictureCreative, Name: "id", Link: "thumbnail_url"},
}}

// largeThumbnail is the side of the thumbnails that are asked for; without a
// word they are 64 by 64 (META_API.md §2.3), and some creatives have nothing
// else. It is as wide as pictures in a feed are.
const largeThumbnail = "1080"

// MediaHosts are where Meta keeps pictures, with all that is below them. The
// recordings name fbcdn.net, which also holds what Meta fetched elsewhere
// (external-*.fbcdn.net), and facebook.com/ads/image, which redirects. Instagram's
// pictures are at cdninstagram.com; fbsbx.com, where facebook.com may redirect
// to, stands in no recording.
var MediaHosts = []string{"fbcdn.net", "cdninstagram.com", "facebook.com", "fbsbx.com"}

// pictureHash is the first picture that a creative's documents name by content
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
	lookInto(story, &s)
	lookInto(feed, &f)
	found := []string{s.Link.Hash, s.Template.Hash, s.Video.Hash}
	for _, card := range append(s.Link.Cards, s.Template.Cards...) {
		found = append(found, card.Hash)
	}
	for _, image := range f.Images {
		found = append(found, image.Hash)
	}
	return cmp.Or(found...)
}
