// Plots about gifts, food, markets and quarrels.

import { each, type Plot, warmSeasons } from "./plot.ts";

const outside = [
  { at: "by the river", to: "to the river" },
  { at: "in the meadow", to: "to the meadow" },
  { at: "on the hill", to: "up the hill" },
  { at: "in the orchard", to: "to the orchard" },
  { at: "under the old oak", to: "to the old oak" },
];

export const sharingPlots: readonly Plot[] = [
  {
    id: "birthday",
    seasons: warmSeasons,
    about: "a birthday gift",
    draws: [
      [
        {
          idea: "bring {friend} some {friend.food}",
          gift: "a basket with {friend.food}",
          work: "{he} went from door to door and asked for {friend.food}",
        },
        {
          idea: "pick flowers for {fhim}",
          gift: "a bunch of flowers",
          work: "{he} picked red, white and yellow flowers in the meadow",
        },
        {
          idea: "make a picture for {fhim}",
          gift: "a picture of {fpet} the {fpet.kind}",
          work: "{he} used all the colours {he} had",
        },
        { idea: "sing a song for {fhim}", gift: "a new song", work: "{he} sang it again and again until it was right" },
        {
          idea: "make a warm scarf for {fhim}",
          gift: "a warm scarf",
          work: "{he} asked for soft wool and worked for three days",
        },
      ],
    ],
    beats: [
      [
        "It was the birthday of {friend}, and {hero} had no gift.",
        '"It is the birthday of {friend}," said {hero}. "What can I give {fhim}?"',
      ],
      [
        "{hero} had no money. But {he} had an idea. {he} wanted to {idea}.",
        "{he} thought and thought. Then {he} knew: {he} would {idea}.",
      ],
      ["{work}.", "It was not easy. {work}."],
      {
        maybe: [
          '"Will {friend} like it?" {he} asked {pet} the {pet.kind}.',
          "{he} was not sure if it was good enough.",
          "{he} hid it so that {friend} could not see it.",
        ],
      },
      ["Then {he} went to {friend.home} with {his} gift.", "In the afternoon {he} knocked at the door of {friend}."],
      ['"For me?" asked {friend}. It was {gift}!', "{friend} was so surprised. {fhe} got {gift}!"],
      [
        '"This is the best gift of all," said {friend}.',
        "{friend} gave {him} a big hug.",
        '"You made it for me," said {friend}. "That makes it special."',
      ],
    ],
    mood: ["happy", "proud", "glad"],
    lesson: [
      "A gift from the heart is the best gift.",
      "You do not need money to make somebody happy.",
      "To give is as nice as to get.",
    ],
    asks: [
      ["Whose birthday was it?", "It was the birthday of {friend}."],
      ["What was the gift?", "The gift was {gift}."],
      ["Did {friend} like it?", "Yes, {friend} liked it very much."],
    ],
  },
  {
    id: "missing-part",
    about: "making {dish}",
    friend: ["Tom", "Ada", "Rolf", "Hana", "Oskar"],
    draws: [
      [
        { dish: "a cake", need: "eggs", was: "were" },
        { dish: "bread", need: "flour", was: "was" },
        { dish: "soup", need: "beans", was: "were" },
        { dish: "a pie", need: "apples", was: "were" },
        { dish: "pancakes", need: "milk", was: "was" },
        { dish: "honey buns", need: "honey", was: "was" },
      ],
    ],
    beats: [
      ["{hero} wanted to make {dish}.", "{hero} was hungry and wanted to make {dish}."],
      ["But there {was} no {need} in the house.", "{he} looked on the shelf. No {need}!"],
      [
        "{he} went to {friend} and asked for some {need}.",
        '"I know who has {need}," {he} said, and {he} went to {friend}.',
      ],
      [
        '"You can have {need}," said {friend}, "but I need help with my work first."',
        "{friend} was very busy. There was so much work to do.",
      ],
      [
        "So {hero} [carried wood|got water from the well|swept the floor] for {friend}.",
        "{hero} helped {friend} for an hour, and the work was soon done.",
      ],
      [
        "Then {friend} gave {him} {need}, and {hero} made {dish}.",
        "{friend} gave {him} a lot of {need}. At home {hero} made {dish}.",
      ],
      [
        "It smelled so good that {friend} came too. They ate it together.",
        "{he} gave the first piece to {friend} and a little bit to {pet} the {pet.kind}.",
      ],
    ],
    mood: ["full and happy", "happy", "glad"],
    lesson: ["Help others, and they will help you.", "Food tastes best when you share it.", "Work first, then eat."],
    asks: [
      ["What did {hero} want to make?", "{hero} wanted to make {dish}."],
      ["What did {hero} need?", "{hero} needed {need}."],
      ["Who had {need}?", "{friend} had {need}."],
    ],
  },
  {
    id: "quarrel",
    about: "a quarrel",
    hero: "child",
    friend: "child",
    draws: [
      [
        { item: "swing", idea: "count to twenty and then change" },
        { item: "ball", idea: "throw it to each other" },
        { item: "last bun", idea: "cut it in two" },
        { item: "big apple", idea: "cut it in two" },
        { item: "sled", idea: "sit on it together" },
        { item: "book", idea: "read it together" },
      ],
    ],
    beats: [
      ["{hero} and {friend} both wanted the {item}.", "There was only one {item}, and {hero} and {friend} wanted it."],
      ['"It is mine!" said {hero}. "No, it is mine!" said {friend}.', "{hero} pulled, and {friend} pulled too."],
      ["They were angry and did not speak.", "{hero} went left, and {friend} went right. Both were sad."],
      {
        maybe: [
          "It was no fun to be alone.",
          "{pet} the {pet.kind} looked at {hero}, then at {friend}.",
          "The {item} lay on the ground, and nobody had it.",
        ],
      },
      [
        'After a while {hero} came back. "I am sorry," {he} said. "I have an idea."',
        'Then {hero} had an idea. {he} ran to {friend}. "I do not want to fight," {he} said.',
      ],
      ['"We can {idea}," said {hero}. {friend} liked that.', "{hero} said that they could {idea}. And so they did."],
      ["They laughed and played until the sun went down.", "Now both had fun, and the {item} was theirs together."],
    ],
    mood: ["happy again", "glad"],
    lesson: [
      "Sharing is better than fighting.",
      "Say sorry, and start again.",
      "Half and a friend is more than all and no friend.",
    ],
    asks: [
      ["What did they both want?", "They both wanted the {item}."],
      ["Who said sorry?", "{hero} said sorry."],
      ["What was the idea?", "The idea was to {idea}."],
    ],
  },
  {
    id: "market",
    seasons: warmSeasons,
    about: "the market",
    draws: [
      [
        { goods: "ten eggs", want: "a new hat" },
        { goods: "a basket of apples", want: "a warm coat" },
        { goods: "a bag of nuts", want: "a little book" },
        { goods: "a jar of honey", want: "a ball" },
        { goods: "two big pumpkins", want: "a new pan" },
        { goods: "a bunch of roses", want: "a pair of socks" },
      ],
    ],
    beats: [
      ["It was market day. {hero} took {goods} to the market.", "{hero} went to the market with {goods}."],
      ["{he} wanted to buy {want}.", '"When I sell this, I can buy {want}," thought {hero}.'],
      [
        "There were many people, and everything was [loud|full of colours].",
        "Soon {he} sold it and had three coins in {his} hand.",
      ],
      [
        "Then {he} saw {friend}, who looked sad. {friend} had lost {fhis} coins and could not buy bread.",
        'Next to the well sat {friend}. "I lost my coins," said {friend}. "Now I cannot buy bread."',
      ],
      {
        maybe: ["{hero} looked at {want}. Then {he} looked at {friend}.", "{hero} thought about it, but not for long."],
      },
      ['"Take mine," said {hero}, and {he} gave {fhim} the coins.', "{hero} bought bread for {friend}."],
      [
        "{friend} [shared the bread with {him}|thanked {him} with a smile]. They sat by the well together.",
        'The next week {friend} came with a gift. It was {want}! "Because you were kind," said {friend}.',
      ],
    ],
    mood: ["happy", "rich", "glad"],
    lesson: [
      "A kind heart is worth more than coins.",
      "What you give comes back.",
      "A friend is better than a new thing.",
    ],
    asks: [
      ["What did {hero} take to the market?", "{hero} took {goods} to the market."],
      ["What did {hero} want to buy?", "{hero} wanted to buy {want}."],
      ["What did {friend} lose?", "{friend} lost {fhis} coins."],
    ],
  },
  {
    id: "picnic",
    seasons: warmSeasons,
    about: "a meal outside",
    skies: ["sun"],
    draws: [
      each("dish", "cheese and bread|apple pie|bean soup|pancakes|plum cake|cold milk and buns"),
      outside,
      each("thief", "a crow|a squirrel|a goat|a fox|some ants"),
    ],
    beats: [
      [
        "{hero} and {friend} wanted to eat outside. They took {dish} {to}.",
        "{hero} had {dish} in a basket. {he} asked {friend} to eat with {him} {at}.",
      ],
      ["They put a blanket on the grass and went to [get water|pick flowers].", "First they played a game in the sun."],
      ["When they came back, the food was gone!", "Then {hero} looked into the basket. It was empty!"],
      ['"Who did that?" asked {friend}. They looked around.', "{friend} saw crumbs on the grass. They followed them."],
      ["It was {thief}! And there was not one crumb left.", "Behind a tree they found {thief}, full and happy."],
      {
        maybe: ["First {hero} was angry. Then {he} had to laugh.", '"At least somebody liked it," said {hero}.'],
      },
      [
        "They picked berries and ate them with dirty hands. It was the best meal of the {season}.",
        "So they went home to {friend} and ate warm bread with butter.",
      ],
    ],
    mood: ["happy", "glad"],
    lesson: ["Look after your basket.", "A good laugh is as good as a meal.", "With a friend, every meal is good."],
    asks: [
      ["What did they want to eat?", "They wanted to eat {dish}."],
      ["Who took the food?", "It was {thief}."],
      ["Where did they eat?", "They were {at}."],
    ],
  },
  {
    id: "cloth",
    about: "Mira and her loom",
    hero: ["Mira"],
    draws: [
      each("made", "a blanket|a scarf|a coat|a curtain|a bag"),
      each("shade", "red|green|yellow|white|orange"),
      [
        { trouble: "the thread broke", fix: "tied the ends with a small knot" },
        { trouble: "the wool was all used up", fix: "got new wool from the sheep" },
        { trouble: "the cat played with the wool", fix: "wound it up again" },
        { trouble: "the lamp went out", fix: "worked by the window" },
      ],
    ],
    beats: [
      [
        "Mira sat at her blue loom. She wanted to weave {made} for {friend}.",
        "{friend} asked Mira for {made}. Mira went to her blue loom.",
      ],
      [
        "She took {shade} wool and began to work. Click, clack, went the loom.",
        "The wool was {shade} and soft. Click, clack, sang the loom.",
      ],
      ["But then {trouble}.", "All went well until {trouble}."],
      ["Mira did not get angry. She was patient, and she {fix}.", "Mira took a deep breath. She {fix} and went on."],
      {
        maybe: [
          "Lily came and helped her.",
          "She worked until the stars came out.",
          "Thread by thread, it grew longer.",
        ],
      },
      [
        "In the end, {made} lay on the table. It was {shade} and beautiful.",
        "After three days the {shade} cloth was done.",
      ],
      ['"It is so soft!" said {friend}.', "{friend} held it to {fhis} face and smiled."],
    ],
    mood: ["happy", "proud"],
    lesson: [
      "Thread by thread, the cloth is made.",
      "Patient hands make beautiful things.",
      "When the thread breaks, tie a knot and go on.",
    ],
    asks: [
      ["What did Mira make?", "Mira made {made} for {friend}."],
      ["What colour was the wool?", "The wool was {shade}."],
      ["What went wrong?", "{trouble}."],
    ],
  },
];
