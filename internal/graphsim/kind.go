package graphsim

import (
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// kind is a kind of node. word is used in the names of calls, graph in Graph's messages,
// spec in Meta's specifications.
type kind struct {
	word, graph, spec string
	object            advertiser.Kind
	level             advertiser.Level
	edges             map[string]edge
	signed            []string // fields with links that get a new signature at every read
	nameless          bool     // its objects have no ID and cannot be read alone
}

// edge leads from a node to objects of a kind: those with the node's ID in the field by,
// or all of the account if by is empty. If through is set, the IDs of the objects are in
// that field of the ads that have the node's ID.
type edge struct {
	kind    advertiser.Kind
	by      string
	through string
}

var (
	runKind     = kind{word: "run", graph: "AdReportRun", spec: "AdReportRun"}
	accountKind = kind{word: "act", graph: "AdAccount", spec: "AdAccount", level: advertiser.LevelAccount, edges: map[string]edge{
		"campaigns": {kind: advertiser.Campaign}, "adsets": {kind: advertiser.AdSet}, "ads": {kind: advertiser.Ad},
		"adcreatives": {kind: advertiser.Creative}, "customconversions": {kind: advertiser.CustomConversion},
		"adimages": {kind: advertiser.Image}, "advideos": {kind: advertiser.Video}, "activities": {kind: advertiser.Activity},
	}}
	objectKinds = []kind{
		{word: "campaign", graph: "AdCampaignGroup", spec: "Campaign", object: advertiser.Campaign, level: advertiser.LevelCampaign, edges: map[string]edge{
			"adsets": {kind: advertiser.AdSet, by: "campaign_id"}, "ads": {kind: advertiser.Ad, by: "campaign_id"}}},
		{word: "adset", graph: "AdCampaign", spec: "AdSet", object: advertiser.AdSet, level: advertiser.LevelAdSet, edges: map[string]edge{
			"ads": {kind: advertiser.Ad, by: "adset_id"}, "adcreatives": {kind: advertiser.Creative, by: "adset_id", through: "creative"},
			"activities": {kind: advertiser.Activity, by: "object_id"}}},
		{word: "ad", graph: "AdGroup", spec: "Ad", object: advertiser.Ad, level: advertiser.LevelAd, edges: map[string]edge{
			"adcreatives": {kind: advertiser.Creative, by: "id", through: "creative"}}},
		{word: "adcreative", graph: "AdCreative", spec: "AdCreative", object: advertiser.Creative, signed: []string{"image_url", "thumbnail_url", "picture"}},
		{word: "customconversion", graph: "CustomConversion", spec: "CustomConversion", object: advertiser.CustomConversion},
		{word: "adimage", graph: "AdImage", spec: "AdImage", object: advertiser.Image, signed: []string{"url", "url_128"}},
		{word: "advideo", graph: "Video", spec: "AdVideo", object: advertiser.Video, signed: []string{"picture", "source"}, edges: map[string]edge{
			"thumbnails": {kind: advertiser.Thumbnail, by: "video_id"}}},
		{word: "thumbnail", graph: "VideoThumbnail", spec: "VideoThumbnail", object: advertiser.Thumbnail, signed: []string{"uri"}},
		{word: "activity", graph: "AdActivity", spec: "AdActivity", object: advertiser.Activity, nameless: true},
	}
)

func kindOf(k advertiser.Kind) kind {
	for _, candidate := range objectKinds {
		if candidate.object == k {
			return candidate
		}
	}
	return accountKind
}

// mayHave reports without a lookup whether an ID can belong to this kind. An image's ID is
// an account, a colon and a hash.
func (k kind) mayHave(id string) bool {
	return !k.nameless && (k.object == advertiser.Image) == strings.Contains(id, ":")
}
