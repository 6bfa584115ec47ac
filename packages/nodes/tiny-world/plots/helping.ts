// Plots about trouble that somebody helps with: stuck animals, broken tools, illness, floods.

import { each, type Plot } from "./plot.ts";

export const helpingPlots: readonly Plot[] = [
  {
    id: "stuck-animal",
    about: "a {animal} in trouble",
    draws: [
      [
        { animal: "lamb", where: "in the mud", tool: "a rope" },
        { animal: "kitten", where: "on a high roof", tool: "a ladder" },
        { animal: "calf", where: "in a deep hole", tool: "a strong rope" },
        { animal: "puppy", where: "in the old well", tool: "a bucket on a rope" },
        { animal: "duckling", where: "behind a fence", tool: "a small saw" },
        { animal: "fox", where: "in a net", tool: "a little knife" },
      ],
    ],
    beats: [
      [
        "{hero} was {at} when {he} heard a sad cry.",
        "On the way {to}, {hero} heard a cry for help.",
        "{pet} the {pet.kind} ran ahead and stopped. {hero} heard a sad cry.",
      ],
      ["A little {animal} was stuck {where}.", "There was a {animal} {where}, and it could not get out."],
      [
        "{hero} [pulled|tried] with both hands, but it did not [work|help].",
        "{hero} tried to reach it, but it was too far.",
        "{he} spoke softly, but the {animal} was too scared to move.",
      ],
      [
        '"Wait here," said {hero}, and {he} ran to get {friend}.',
        "{he} called {friend}, who came [at once|as fast as {fhe} could].",
      ],
      [
        "{friend} brought {tool}. [Slowly and carefully|Very slowly], they got the {animal} out.",
        "With {tool} and a lot of care, {friend} and {hero} got the {animal} out.",
      ],
      {
        maybe: [
          "The {animal} was [dirty|wet] and tired, so they washed it and gave it milk.",
          "They took the {animal} back to its mother.",
          "The {animal} shook itself and [licked|looked at] {his} hand.",
        ],
      },
    ],
    mood: ["proud", "happy", "glad"],
    lesson: [
      "When you cannot do it alone, ask for help.",
      "Small animals need kind hands.",
      "[Slow|Careful] hands do good work.",
    ],
    asks: [
      ["Which animal was stuck?", "A {animal} was stuck."],
      ["Where was the {animal}?", "The {animal} was stuck {where}."],
      ["What did {friend} bring?", "{friend} brought {tool}."],
    ],
  },
  {
    id: "broken-thing",
    about: "a broken {item}",
    friend: ["Eva", "Tom", "Mira", "Oskar"],
    draws: [
      [
        { item: "chair", how: "a leg came off", fix: "put in a new leg" },
        { item: "fence", how: "the wind broke it", fix: "put in new wood" },
        { item: "wheel", how: "it hit a stone", fix: "put in a new piece of wood" },
        { item: "door", how: "it fell off", fix: "hung it up again" },
        { item: "basket", how: "the bottom fell out", fix: "made a new bottom" },
        { item: "bucket", how: "it had a hole", fix: "closed the hole" },
        { item: "net", how: "it had a big hole", fix: "tied it with new string" },
      ],
    ],
    beats: [
      [
        "{hero} had a problem. {his} {item} was broken: {how}.",
        '"Oh no!" said {hero}. {his} {item} was broken: {how}.',
      ],
      [
        "{he} tried to mend it with [string|glue], but it broke again.",
        "{he} worked on it all morning, but it was no use.",
        "{he} hit it with a stone. That made it worse.",
      ],
      [
        "So {he} [carried|brought] it to {friend}.",
        "Then {friend} came by and looked at the {item}.",
        "{hero} felt bad about asking, but {he} went to {friend}.",
      ],
      [
        '"I can show you how," said {friend}. "[Watch me|Hold this] and we will do it together."',
        "{friend} looked at it for a long time and nodded.",
        '"This is not hard if you know how," said {friend}.',
      ],
      ["Together they {fix}.", "{friend} and {hero} took their time, and they {fix}."],
      {
        maybe: [
          "{hero} gave {friend} [a basket of apples|some fresh milk|warm bread] to say thank you.",
          "The {item} was as good as new.",
          "Next time, {hero} would know how to do it.",
        ],
      },
    ],
    mood: ["proud", "thankful", "glad"],
    lesson: [
      "Broken things can be made whole.",
      "It is good to learn how to mend things.",
      "Do not be too proud to ask.",
    ],
    asks: [
      ["What was broken?", "The {item} was broken."],
      ["Who helped to mend it?", "{friend} helped to mend the {item}."],
      ["How did they mend it?", "They {fix}."],
    ],
  },
  {
    id: "sick-friend",
    about: "a sick friend",
    draws: [each("gift", "hot soup|mint tea with honey|fresh bread|warm milk|a bunch of flowers")],
    beats: [
      [
        "{friend} was [sick|ill] and had to stay in bed.",
        "{hero} heard that {friend} was sick.",
        "{friend} did not come {to} that day. {fhe} was sick.",
      ],
      ['"I will visit {friend}," thought {hero}.', "{hero} wanted to make {fhim} feel better."],
      ["{he} [took|made ready] {gift} and put it in a basket.", "{he} took {gift} and walked to {friend.home}."],
      {
        maybe: [
          "{pet} the {pet.kind} came too.",
          "On the way {he} [sang a song|picked a flower] for {friend}.",
          "The way was long, but {he} did not stop.",
        ],
      },
      [
        "{friend} lay in bed and looked [pale|tired]. When {fhe} saw {hero}, {fhe} smiled.",
        '"You came!" said {friend} in a weak voice.',
      ],
      [
        "{hero} gave {fhim} {gift} and told {fhim} a [funny|long] story.",
        "They sat together and talked. {gift} made {friend} feel warm.",
      ],
      [
        "[After two days|The next day|Soon], {friend} was well again.",
        "The next morning, {friend} could get up. The first thing {fhe} did was thank {hero}.",
      ],
    ],
    mood: ["glad", "happy"],
    lesson: ["A visit can be the best medicine.", "Good friends come when you are sick.", "A little care helps a lot."],
    asks: [
      ["Who was sick?", "{friend} was sick."],
      ["What did {hero} bring?", "{hero} brought {gift}."],
      ["Where did {hero} go?", "{hero} went to {friend.home}."],
    ],
  },
  {
    id: "high-water",
    about: "the high water",
    skies: ["rain", "storm"],
    draws: [
      [
        { who: "sheep", where: "in the low meadow", safe: "up the hill" },
        { who: "hens", where: "in the old barn", safe: "into the mill" },
        { who: "goats", where: "by the river", safe: "to the square" },
        { who: "ducks", where: "in a small pen", safe: "to the pond" },
      ],
    ],
    beats: [
      [
        "It had rained for [three|four|five] days, and the river was [high|full].",
        "The rain did not stop. The water of the river came [higher and higher|over the path].",
      ],
      [
        "{hero} saw it first. The {who} were still {where}!",
        '"The {who} are {where}!" cried {hero}. "The water will reach them."',
      ],
      [
        '{he} ran to {friend}. "We must be fast," {he} said.',
        "{he} knocked at the door of {friend}. {friend} put on {fhis} coat at once.",
      ],
      {
        maybe: [
          "The water was cold and came up to their knees.",
          "The {who} were afraid and ran in circles.",
          "{pet} the {pet.kind} stayed close to {hero}.",
        ],
      },
      [
        "They opened the gate and led the {who} {safe}.",
        "{hero} went in front, {friend} walked behind, and they took the {who} {safe}.",
      ],
      [
        "When the last one was safe, the water covered everything.",
        "There they waited until the rain stopped.",
        "Everybody was wet, but everybody was safe.",
      ],
    ],
    mood: ["tired but happy", "proud", "brave"],
    lesson: [
      "Who sees the danger must tell the others.",
      "Be quick when somebody needs you.",
      "Together we are stronger than the water.",
    ],
    asks: [
      ["Which animals were in danger?", "The {who} were in danger."],
      ["Where did they take the {who}?", "They took the {who} {safe}."],
      ["Who helped {hero}?", "{friend} helped {hero}."],
    ],
  },
  {
    id: "mill-stops",
    about: "the mill wheel",
    hero: ["Tom", "Ben"],
    draws: [
      [
        { cause: "a big branch", part: "in the wheel" },
        { cause: "an old net", part: "around the wheel" },
        { cause: "a round stone", part: "under the wheel" },
        { cause: "a lot of mud", part: "around the wheel" },
      ],
    ],
    beats: [
      [
        "The mill wheel stood still. Without it, there was no flour.",
        "[Suddenly|One day] the big wheel of the mill stopped.",
      ],
      [
        '"Why does it not turn?" asked {hero}.',
        "{hero} [looked at|walked around] the wheel and [wondered|thought hard].",
      ],
      [
        "{he} pushed the wheel with all {his} strength, but it did not move.",
        "{he} looked up and looked down, but {he} could not see anything wrong.",
      ],
      [
        "{friend} came to get flour and [heard|saw] the problem.",
        "Then {friend} came by. {friend} looked into the water with {him}.",
      ],
      ['"Look!" said {friend}. "There is {cause} {part}."', "Then they saw it: there was {cause} {part}."],
      [
        "They worked until it was gone. The wheel turned again, and the water sang.",
        "They pulled and pulled. At last it was out, and the wheel began to turn.",
      ],
      {
        maybe: [
          "{hero} gave {friend} a bag of fresh flour.",
          "Soon there was flour for bread again.",
          "All the people in the village were glad about the flour.",
        ],
      },
    ],
    mood: ["glad", "proud", "happy"],
    lesson: [
      "Look for the cause before you push.",
      "Four eyes see more than two.",
      "A small thing can stop a big wheel.",
    ],
    asks: [
      ["What stopped?", "The mill wheel stopped."],
      ["Why did the wheel stop?", "There was {cause} {part}."],
      ["Who saw the problem?", "{friend} and {hero} saw the problem."],
    ],
  },
  {
    id: "cold-night",
    about: "a cold night",
    skies: ["snow"],
    evening: true,
    draws: [
      [
        { guest: "a small bird", guest2: "the bird" },
        { guest: "a hungry fox", guest2: "the fox" },
        { guest: "an old man with a bag", guest2: "the old man" },
        { guest: "a tired woman", guest2: "the woman" },
        { guest: "a lost puppy", guest2: "the puppy" },
      ],
    ],
    beats: [
      [
        "Snow fell, and {hero} sat by the fire.",
        "It was so cold that the [river|pond] was ice. {hero} was warm at home.",
      ],
      ["Then there was a knock at the door.", "Then {he} heard a soft sound outside."],
      ["In the snow was {guest}.", "{he} opened the door and saw {guest}."],
      [
        '"Come in," said {hero}. "It is too cold out there."',
        "{hero} opened the door wide and made a place by the fire.",
      ],
      [
        "{he} shared {his} soup and a blanket.",
        "{he} gave {guest2} some warm milk and bread.",
        "There was not much food, but {he} shared it.",
      ],
      {
        maybe: [
          "{pet} the {pet.kind} moved a little to make room.",
          "Outside the wind cried, but inside it was warm.",
          "They sat by the fire and listened to the wind.",
        ],
      },
      [
        "In the morning the sun came out, and {guest2} went on.",
        "The next morning the snow had stopped. {hero} waved goodbye.",
      ],
    ],
    mood: ["warm inside", "happy", "glad"],
    lesson: [
      "A warm room is warmer when you share it.",
      "Open your door when somebody is cold.",
      "A little kindness is a big fire.",
    ],
    asks: [
      ["Who came to the door?", "It was {guest}."],
      ["What was the weather like?", "It was very cold and there was snow."],
      ["What did {hero} do?", "{hero} opened the door and shared the food."],
    ],
  },
];
